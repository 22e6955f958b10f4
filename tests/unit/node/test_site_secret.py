"""The site's secret: made once, private, never made anew over one that is there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dicom_node.site_secret import SecretUnusable, keyed_hash, site_secret


def test_the_secret_is_made_once_for_whoever_asks_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as many:
        found = set(many.map(lambda _number: site_secret(tmp_path), range(16)))
    assert len(found) == 1
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("site_secret", 0o600)]


def test_a_torn_secret_is_told_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "site_secret").write_bytes(b"short")
    with pytest.raises(SecretUnusable, match="5 bytes"):
        site_secret(tmp_path)
    assert (tmp_path / "site_secret").read_bytes() == b"short"


def test_a_keyed_hash_depends_on_the_secret_the_kind_and_the_value() -> None:
    one = keyed_hash(b"a" * 32, "PatientID", "P-1")
    others = {
        keyed_hash(b"b" * 32, "PatientID", "P-1"),
        keyed_hash(b"a" * 32, "StudyInstanceUID", "P-1"),
        keyed_hash(b"a" * 32, "PatientID", "P-2"),
    }
    assert one not in others
    assert len(others) == 3
    assert one == keyed_hash(b"a" * 32, "PatientID", "P-1")
