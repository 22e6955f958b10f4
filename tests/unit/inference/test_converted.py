"""A converted fold is whole or absent."""

from pathlib import Path

import pytest

from inference.members.converted import ConvertedFold, read_converted, write_converted

FOLD = ConvertedFold(graph=b"<net/>", weights=bytes(range(256)) * 20, mirror_axes=(0, 1))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "fold.zip"


def test_what_was_written_is_read(file: Path) -> None:
    write_converted(file, FOLD)

    assert read_converted(file) == FOLD


def test_nothing_but_the_final_file_stays(file: Path) -> None:
    write_converted(file, FOLD)
    write_converted(file, FOLD)

    assert list(file.parent.iterdir()) == [file]


def test_a_missing_file_is_none(file: Path) -> None:
    assert read_converted(file) is None


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_half_written_file_is_none(file: Path, share: float) -> None:
    write_converted(file, FOLD)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])

    assert read_converted(file) is None


@pytest.mark.parametrize("part", [b"<net/>", bytes(range(256)), b"mirror_axes"])
def test_a_flipped_bit_is_noticed(file: Path, part: bytes) -> None:
    write_converted(file, FOLD)
    content = bytearray(file.read_bytes())
    content[content.index(part) + 3] ^= 4
    file.write_bytes(content)

    assert read_converted(file) is None


def test_only_the_owner_may_read_it(file: Path) -> None:
    write_converted(file, FOLD)

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
