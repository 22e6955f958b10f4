"""What a newcomer types: the commands answer fast, teach, and say what is wrong in a sentence."""

import os
import resource
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread

from dicom_node.app import running
from dicom_node.data_folder import CannotStart
from tests.factories import REPOSITORY, destination, make_settings, study_files
from tests.peers import archive, free_port

CLI = [sys.executable, "-c", "from dicom_node.cli import main; main()"]


def l3node(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *map(str, words)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=os.environ | {"COLUMNS": "120", "NO_COLOR": "1"} | environment,
    )


def written(folder: Path, *lines: str) -> Path:
    path = folder / "l3node.toml"
    path.write_text("\n".join(["[node]", f'data = "{folder / "data"}"', 'time_zone = "UTC"', *lines]))
    return path


def test_help_teaches_without_importing_what_is_heavy() -> None:
    code = (
        "import sys; from dicom_node.cli import app; from typer.testing import CliRunner;"
        "print(CliRunner().invoke(app, ['--help']).output);"
        "print([name for name in ('torch', 'highdicom', 'openvino', 'pydicom', 'numpy') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY)
    assert told.stdout.strip().endswith("[]")
    for command in ("serve", "process", "demo", "send", "echo", "check", "db", "config", "evaluate-l3"):
        assert command in told.stdout


def test_help_takes_little_cpu() -> None:
    """A generous bound: the figure itself is reported, not gated."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert l3node("--help").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2.0


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["[recieve]", "port = 1"], "recieve"),
        (["[receive]", "port = 99999"], "receive.port"),
        (["[review]", 'policy = "sometimes"'], "review.policy"),
    ],
)
def test_a_fault_in_the_settings_is_named_with_its_place(lines: list[str], told: str, tmp_path: Path) -> None:
    answer = l3node("check", "-c", written(tmp_path, *lines))
    assert answer.returncode == 1
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_check_names_each_fault_and_what_is_good(tmp_path: Path) -> None:
    peer = [f'[[destination]]\nae_title = "AWAY"\nhost = "127.0.0.1"\nport = {free_port()}\ntimeout = 2']
    answer = l3node("check", "-c", written(tmp_path, *peer))
    assert answer.returncode == 1
    assert "ok    model: L3 demonstration folds" in answer.stdout
    assert "ok    packages" in answer.stdout
    assert "FAULT destination AWAY" in answer.stdout
    assert "FAULT sources" in answer.stdout


def test_check_is_good_when_everything_is(tmp_path: Path, data_folder: Path) -> None:
    with running(make_settings(data_folder, source=[{"ae_title": "L3NODE"}])) as node:
        peers = ['[[source]]\nae_title = "ORTHANC"', "[[destination]]", 'ae_title = "L3NODE"', 'host = "127.0.0.1"']
        answer = l3node("check", "-c", written(tmp_path, *peers, f"port = {node.port}"))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "FAULT" not in answer.stdout


def test_check_asks_every_source_that_says_where(tmp_path: Path) -> None:
    with archive() as here:
        ports = {"ANSWERS": here.port, "AWAY": free_port()}
        sources = [
            f'[[source]]\nae_title = "{title}"\nquery = {{ host = "127.0.0.1", port = {port}, ae_title = "ARCHIVE" }}'
            for title, port in ports.items()
        ]
        answer = l3node("check", "-c", written(tmp_path, *sources))
    assert f"ok    query of source ANSWERS: 127.0.0.1:{here.port} answers C-FIND" in answer.stdout
    assert "FAULT query of source AWAY" in answer.stdout


def test_db_upgrade_makes_the_tables(tmp_path: Path) -> None:
    assert l3node("db", "upgrade", "-c", written(tmp_path)).returncode == 0
    assert (tmp_path / "data" / "l3node.sqlite").is_file()


def test_echo_and_send_reach_a_node(tmp_path: Path, data_folder: Path) -> None:
    files = study_files(tmp_path / "ct")
    with running(make_settings(data_folder)) as node:
        peer = f"L3NODE@127.0.0.1:{node.port}"
        assert l3node("echo", peer, "--calling", "SCANNER").returncode == 0
        assert l3node("send", tmp_path / "ct", "--to", peer, "--calling", "SCANNER").returncode == 0
        stored = list((data_folder / "spool").rglob("*.dcm"))
    assert len(stored) == len(files)
    assert {dcmread(path).SOPInstanceUID for path in stored} == {dcmread(path).SOPInstanceUID for path in files}


def test_strangers_are_turned_away_with_a_reason(tmp_path: Path, data_folder: Path) -> None:
    from db.schema import Refusal
    from tests.factories import eventually, rows

    with running(make_settings(data_folder)) as node:
        assert l3node("echo", f"L3NODE@127.0.0.1:{node.port}", "--calling", "STRANGER").returncode == 1
        assert l3node("echo", f"OTHER@127.0.0.1:{node.port}", "--calling", "SCANNER").returncode == 1
        eventually(lambda: len(rows(node.sessions, Refusal)) == 2, what="both refusals")
        refused = {(row.calling_ae, row.called_ae, row.reason) for row in rows(node.sessions, Refusal)}
    assert refused == {
        ("STRANGER", "L3NODE", "calling AE title is no [[source]]"),
        ("SCANNER", "OTHER", "wrong called AE title"),
    }


def test_a_peer_that_is_no_peer_is_explained() -> None:
    answer = l3node("echo", "somewhere")
    assert (answer.returncode, answer.stderr) == (
        1,
        "'somewhere' is not AE@host:port, such as ORTHANC@127.0.0.1:4242\n",
    )


def test_serve_without_settings_says_what_to_write(tmp_path: Path) -> None:
    answer = l3node("serve", "-c", tmp_path / "missing.toml")
    assert answer.returncode == 1
    assert "no settings file" in answer.stderr


def test_no_log_line_and_no_file_name_holds_a_patient(
    tmp_path: Path, data_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from dicom_node import log
    from dicom_node.pacs.standin import StandIn
    from tests.factories import all_sent, eventually, send_study

    secret = {"PatientName": "Geheim^Gerda", "PatientID": "SECRET-4711", "AccessionNumber": "SECRET-ACC"}
    log.configure()
    with StandIn(tmp_path / "pacs") as pacs:
        there = [destination(pacs.ae_title, pacs.port)]
        with running(make_settings(data_folder, destination=there, web={"enabled": True})) as node:
            send_study(study_files(tmp_path / "ct", **secret), node.port)
            eventually(lambda: all_sent(node.sessions), what="delivery")
    told = "".join(capfd.readouterr())
    assert "analysis.measured" in told
    names = " ".join(str(path.relative_to(data_folder)) for path in data_folder.rglob("*"))
    for word in ("Geheim", "SECRET"):
        assert word not in told
        assert word not in names


def test_a_port_that_is_taken_is_explained(data_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        for section in ({"web": {"port": taken, "enabled": True}}, {"receive": {"port": taken}}):
            settings = make_settings(data_folder, **section)
            with pytest.raises(CannotStart, match="can't listen"), running(settings):
                pass


def test_sending_a_folder_names_what_is_no_dicom(tmp_path: Path, data_folder: Path) -> None:
    study_files(tmp_path / "ct")
    (tmp_path / "ct" / "notes.txt").write_text("none")
    with running(make_settings(data_folder)) as node:
        answer = l3node("send", tmp_path / "ct", "--to", f"L3NODE@127.0.0.1:{node.port}", "--calling", "SCANNER")
    assert answer.returncode == 1
    assert "notes.txt: no DICOM file" in answer.stdout
    assert answer.stderr == ""


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['[database]\nurl = "blah"'], "[database] url"),
        (['[receive]\nhost = "192.0.2.1"'], "[receive] 11112"),
        (['[analysis]\nvertebrae = "/nowhere"'], "plans.json is missing in /nowhere"),
        (['[[source]]\nae_title = "X"\n[web]\nhost = "192.0.2.1"\nbehind_proxy = true'], "[web] 8117"),
    ],
)
def test_check_names_the_setting_that_cannot_work(lines: list[str], told: str, tmp_path: Path) -> None:
    answer = l3node("check", "-c", written(tmp_path, *lines))
    assert answer.returncode == 1
    assert told in answer.stdout
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("data", ["/proc/nowhere", "relative"])
def test_a_data_folder_that_cannot_be_is_explained(data: str, tmp_path: Path) -> None:
    config = tmp_path / "l3node.toml"
    config.write_text(f'[node]\ndata = "{data}"\ntime_zone = "UTC"\n')
    for command in ("check", "serve"):
        answer = l3node(command, "-c", config)
        assert answer.returncode == 1
        assert data in answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr


def test_check_explains_what_the_rules_make_of_a_study(tmp_path: Path) -> None:
    study_files(tmp_path / "ct", SeriesNumber=2)
    study_files(tmp_path / "lung", SeriesInstanceUID="2.25.3", SeriesNumber=3, ConvolutionKernel="B70f")
    study_files(
        tmp_path / "reformats", SeriesInstanceUID="2.25.4", SeriesNumber=4, ImageType=["DERIVED", "PRIMARY", "MPR"]
    )
    (tmp_path / "notes.txt").write_text("no DICOM")
    answer = l3node("check", "--explain", tmp_path, COLUMNS="160")
    assert answer.returncode == 0, answer.stderr
    told = " ".join(answer.stdout.split()).replace(" │", "│")
    for words in (
        "│axial HFS│5.00 mm, 5 mm thick│B30f│120│portal venous│admitted 1.00│",
        "series 3: score 0.70: thickness 0.30 of 0.30 (5 mm), kernel 0.00 of 0.30 (B70f, sharp)",
        "series 4: refused, reformat: ImageType holds MPR",
        "would be measured: series 2 Abdomen portal venous soft; should it have no L3, in this order: series 3",
        "notes.txt: not_dicom: not a readable DICOM file",
    ):
        assert words in told


def test_check_explains_by_the_rules_of_the_settings(tmp_path: Path) -> None:
    study_files(tmp_path / "ct", ImageType=["DERIVED", "PRIMARY", "MPR"])
    settings = written(tmp_path, "[analysis]", 'admit_also = ["reformat"]')
    assert "admitted" in l3node("check", "--explain", tmp_path / "ct", "-c", settings).stdout
    assert "nothing to measure" in l3node("check", "--explain", tmp_path / "ct").stdout


def test_check_explains_the_odd_and_fails_only_where_nothing_can_be_read(tmp_path: Path, shared_data: Path) -> None:
    answer = l3node("check", "--explain", shared_data / "odd")
    reasons = ("localizer", "gantry_tilt", "dose_report", "derived_image", "not_ct")
    assert (answer.returncode, [why for why in reasons if why not in answer.stdout]) == (0, [])
    (tmp_path / "stray").write_text("nothing")
    answer = l3node("check", "--explain", tmp_path / "stray")
    assert (answer.returncode, answer.stdout.splitlines()[-1]) == (1, "nothing could be read")


@pytest.mark.parametrize("words", [["--explain"], ["."]])
def test_explain_and_files_go_together(words: list[str]) -> None:
    answer = l3node("check", *words)
    assert (answer.returncode, answer.stderr) == (1, "--explain and FILES go together\n")


def test_explaining_opens_no_model_and_reads_no_pixels(tmp_path: Path) -> None:
    study_files(tmp_path / "ct")
    code = (
        "import sys; from dicom_node.cli import app; from typer.testing import CliRunner;"
        f"CliRunner().invoke(app, ['check', '--explain', {str(tmp_path)!r}], catch_exceptions=False);"
        "print([name for name in ('torch', 'highdicom', 'openvino', 'pynetdicom') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert told.stdout.strip() == "[]"
