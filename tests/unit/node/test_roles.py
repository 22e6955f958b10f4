"""What cannot work across hosts is refused at the start, in a sentence."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dicom_node import roles
from dicom_node.data_folder import CannotStart
from dicom_node.role import ROLES, Role
from tests.factories import make_settings

POSTGRESQL = {"url": "postgresql+psycopg://l3node@db.example/l3node"}
MANY = {"work": {"engine": "procrastinate"}, "database": POSTGRESQL}


def test_many_hosts_need_postgresql(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="needs a PostgreSQL"):
        make_settings(tmp_path, work={"engine": "procrastinate"})


@pytest.mark.parametrize(
    ("sections", "only", "why"),
    [
        ({}, [Role.RECEIVE], "--only and .* are for many hosts"),
        ({"node": {"shared": "/srv/l3node"}}, ROLES, "--only and .* are for many hosts"),
        (MANY, [Role.ANALYSE], "name the folder that all of them see"),
        (MANY | {"node": {"shared": "/nowhere/l3node"}}, [Role.ANALYSE], "is it mounted"),
    ],
)
def test_what_cannot_work_across_hosts_is_refused(
    tmp_path: Path, sections: dict[str, Any], only: list[Role], why: str
) -> None:
    with pytest.raises(CannotStart, match=why):
        roles.check(make_settings(tmp_path, **sections), only)


def test_a_missing_extra_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(CannotStart, match=r"needs the extra: pip install 'l3node\[postgres\]'"):
        roles.check(make_settings(tmp_path, **MANY), ROLES)


def test_one_host_on_postgresql_and_all_roles_need_no_shared_folder(tmp_path: Path) -> None:
    roles.check(make_settings(tmp_path), ROLES)
    roles.check(make_settings(tmp_path, **MANY), ROLES)
    roles.check(make_settings(tmp_path, node={"shared": str(tmp_path)}, **MANY), [Role.WEB])


def test_each_data_folder_has_a_name_of_its_own() -> None:
    assert roles.own_name(Path("/var/lib/one")) != roles.own_name(Path("/var/lib/two"))
    assert "." not in roles.own_name(Path("/var/lib/one"))
