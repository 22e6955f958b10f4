"""Settings: read once, frozen, all faults told at once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from config.read import SettingsFault, read_settings
from config.settings import Settings

SMALLEST = '[node]\ndata = "/data"\ntime_zone = "Europe/Berlin"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "l3node.toml"
    path.write_text(text)
    return path


def fault_of(tmp_path: Path, text: str) -> str:
    with pytest.raises(SettingsFault) as told:
        read_settings(written(tmp_path, text))
    return str(told.value)


def test_data_folder_and_zone_are_all_that_must_be_said(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, SMALLEST))
    assert (settings.node.ae_title, settings.receive.host, settings.review.policy) == (
        "L3NODE",
        "127.0.0.1",
        "always",
    )
    assert settings.database_url == "sqlite:////data/l3node.sqlite"


def test_all_faults_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    text = '[node]\ntime_zone = "UTC"\n[receive]\nport = 70000\n[work]\nattempts = 0\n[analysis]\nfolds = "some"\n'
    told = fault_of(tmp_path, text)
    for place in ("node.data", "receive.port", "work.attempts", "analysis.folds"):
        assert place in told


def test_an_unknown_key_is_a_fault(tmp_path: Path) -> None:
    assert "receive.prot" in fault_of(tmp_path, SMALLEST + "[receive]\nprot = 104\n")


def test_an_unknown_section_is_a_fault(tmp_path: Path) -> None:
    assert "recieve" in fault_of(tmp_path, SMALLEST + "[recieve]\nport = 104\n")


def test_an_unknown_time_zone_is_a_fault(tmp_path: Path) -> None:
    assert "IANA" in fault_of(tmp_path, '[node]\ndata = "/data"\ntime_zone = "Middle/Earth"\n')


@pytest.mark.parametrize("zone", ["", "/etc/passwd", "../zone", "Europe"])
def test_what_is_no_zone_name_is_a_fault_and_no_exception(tmp_path: Path, zone: str) -> None:
    assert "node.time_zone" in fault_of(tmp_path, f'[node]\ndata = "/data"\ntime_zone = "{zone}"\n')


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match=r"no settings file .*absent\.toml"):
        read_settings(tmp_path / "absent.toml")


@pytest.mark.parametrize("text", ["[node\n", "node = = 1", "\udcff"])
def test_a_file_that_is_not_toml_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "l3node.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(SettingsFault, match="not valid TOML"):
        read_settings(path)


def test_the_environment_overrides_one_key_and_leaves_its_section(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("L3NODE_RECEIVE__PORT", "104")
    settings = read_settings(written(tmp_path, SMALLEST + '[receive]\nhost = "0.0.0.0"\nport = 11112\n'))
    assert (settings.receive.host, settings.receive.port) == ("0.0.0.0", 104)


def test_a_fault_in_the_environment_is_told_like_one_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("L3NODE_RECEIVE__PROT", "104")
    assert "receive.prot" in fault_of(tmp_path, SMALLEST)


def test_a_list_in_the_environment_that_is_not_json_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("L3NODE_SOURCE", "PACS")
    told = fault_of(tmp_path, SMALLEST)
    assert "source" in told
    assert "JSON" in told
    assert "TOML" not in told


def test_the_variables_of_the_test_run_are_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("L3NODE_CI", "1")
    monkeypatch.setenv("L3NODE_TEST_SCALE", "25")
    assert read_settings(written(tmp_path, SMALLEST)).node.ae_title == "L3NODE"


def test_what_was_read_is_plain_frozen_settings(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, SMALLEST))
    assert type(settings) is Settings
    with pytest.raises(ValidationError, match="frozen"):
        settings.node.ae_title = "OTHER"  # type: ignore[misc]


@pytest.mark.parametrize("title", ["", "X" * 17, "A\\B", " ", "Ä", "A\n"])
def test_what_is_no_ae_title_is_a_fault(title: str) -> None:
    with pytest.raises(ValidationError, match="ae_title"):
        Settings.model_validate({"node": {"data": "/d", "time_zone": "UTC", "ae_title": title}})


@pytest.mark.parametrize("kind", ["source", "destination"])
def test_two_peers_of_one_title_are_a_fault_whatever_the_padding(kind: str) -> None:
    where = {"host": "10.0.0.1"} | ({"port": 1} if kind == "destination" else {})
    peers = [{"ae_title": title, **where} for title in ("A", "A ")]
    with pytest.raises(ValidationError, match=rf"two \[\[{kind}\]\]"):
        Settings.model_validate({"node": {"data": "/d", "time_zone": "UTC"}, kind: peers})


@pytest.mark.parametrize(("section", "key"), [("work", "limit"), ("receive", "network_timeout")])
def test_a_limit_of_no_time_is_a_fault(section: str, key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        Settings.model_validate({"node": {"data": "/d", "time_zone": "UTC"}, section: {key: 0}})


@pytest.mark.parametrize("field", ["host", "port"])
def test_a_source_that_may_be_asked_says_where(field: str) -> None:
    query = {name: value for name, value in {"host": "10.0.0.1", "port": 104}.items() if name != field}
    with pytest.raises(ValidationError, match=f"query.{field}"):
        Settings.model_validate(
            {"node": {"data": "/d", "time_zone": "UTC"}, "source": [{"ae_title": "A", "query": query}]}
        )


@pytest.mark.parametrize("folds", ["all", 2, [0, 3]])
def test_folds_are_all_or_one_or_some(folds: object) -> None:
    settings = Settings.model_validate({"node": {"data": "/d", "time_zone": "UTC"}, "analysis": {"folds": folds}})
    assert settings.analysis.folds == (tuple(folds) if isinstance(folds, list) else folds)


@pytest.mark.parametrize("host", ["pacs.hospital.example", "10.1.2", ""])
def test_the_address_of_a_source_is_an_ip_address(tmp_path: Path, host: str) -> None:
    text = SMALLEST + f'[[source]]\nae_title = "PACS"\nhost = "{host}"\n'
    with pytest.raises(SettingsFault, match="IP address"):
        read_settings(written(tmp_path, text))
