"""`l3node cohort` as a researcher types it: show, summary, export, compare, change; and what is read from a file."""

import csv
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas
import pyarrow.parquet
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from db.cohort import COLUMNS
from db.schema import Analysis, Event, Measurement, Study
from db.session import open_engine, upgrade
from dicom_node.cli import app
from dicom_node.folders import result_folder
from dicom_node.site_secret import site_secret
from tests.factories import REPOSITORY
from tests.synthetic import MODELS, fill

ROWS = 400
README = (REPOSITORY / "README.md").read_text()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with synthetic results, and its settings file."""
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "data").mkdir(mode=0o700)
    config = folder / "l3node.toml"
    config.write_text(f'[node]\ndata = "{folder / "data"}"\ntime_zone = "UTC"\n')
    url = f"sqlite:///{folder / 'data' / 'l3node.sqlite'}"
    upgrade(url)
    engine = open_engine(url)
    fill(engine, ROWS)
    engine.dispose()
    return config


@pytest.fixture
def session(filled: Path) -> Iterator[Session]:
    engine = open_engine(f"sqlite:///{filled.parent / 'data' / 'l3node.sqlite'}")
    with Session(engine) as session:
        yield session
    engine.dispose()


def typed(config: Path, *words: object, code: int = 0) -> str:
    umask = os.umask(0o022)
    try:
        answer = CliRunner().invoke(app, ["cohort", *map(str, words), "-c", str(config)], env={"COLUMNS": "200"})
    finally:
        os.umask(umask)
    assert answer.exit_code == code, answer.output
    return answer.output


def told(path: Path) -> dict[str, object]:
    """What stands beside an exported file."""
    return dict(json.loads(path.with_name(f"{path.name}.json").read_text()))


def test_show_tells_a_page_and_how_many_there_are(filled: Path) -> None:
    answer = typed(filled, "show", "--limit", 2, "--column", "patient_sex", "--where", "patient_sex = 'F'")
    assert "2 of " in answer
    assert answer.count("\nF") == 2
    assert "no column" in typed(filled, "show", "--column", "patient_id", code=1)
    assert "does not know 'patient_id'" in typed(filled, "show", "--where", "patient_id = 'SYN-1'", code=1)


def test_summary_counts_by_sex_and_decade_and_draws(filled: Path, tmp_path: Path) -> None:
    answer = typed(filled, "summary", "--latest", "--plots", tmp_path, "--format", "svg")
    assert "60 to 69" in answer
    assert "without height_m" in answer
    assert "done" in answer
    drawn = (tmp_path / "smi_m29_150_cm2_m2.svg").read_text()
    assert "<svg" in drawn


def test_csv_and_parquet_hold_the_same_rows_under_the_same_snapshot(filled: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        assert f"{ROWS} rows" in typed(filled, "export", tmp_path / name)
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    with (tmp_path / "a.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == table.num_rows == ROWS
    assert list(rows[0]) == table.column_names
    assert [row["request_key"] for row in rows] == table["request_key"].to_pylist()
    assert float(rows[7]["total_area_mask_cm2"]) == table["total_area_mask_cm2"][7].as_py()
    assert told(tmp_path / "a.csv")["snapshot"] == told(tmp_path / "a.parquet")["snapshot"]


def test_the_snapshot_is_that_of_the_rows_and_no_others(filled: Path, tmp_path: Path) -> None:
    typed(filled, "export", tmp_path / "all.csv")
    typed(filled, "export", tmp_path / "women.csv", "--sex", "F")
    typed(filled, "export", tmp_path / "same.csv", "--where", "patient_sex = 'F'", "--dates", "shift")
    ids = [told(tmp_path / name)["snapshot"] for name in ("all.csv", "women.csv", "same.csv")]
    assert ids[0] != ids[1]
    assert ids[1] == ids[2]


def test_an_export_identifies_nobody(filled: Path, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    typed(filled, "export", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    table = pyarrow.parquet.read_table(path)
    left_out = {column.name for column in COLUMNS if column.private == "left out"}
    assert not (left_out | {"study_date", "patient_id"}) & set(table.column_names)
    assert max(age for age in table["patient_age_years"].to_pylist() if age) == 90.0
    known = {value for row in session.execute(select(Study.study_instance_uid, Study.patient_id)) for value in row}
    held = {value for name in table.column_names for value in table[name].to_pylist() if isinstance(value, str)}
    assert not known & held
    assert not {key for (key,) in session.execute(select(Analysis.request_key))} & held


def test_shifted_dates_keep_the_time_between_examinations_of_a_patient(
    filled: Path, session: Session, tmp_path: Path
) -> None:
    typed(filled, "export", tmp_path / "a.parquet", "--dates", "shift")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pandas()
    real = pandas.DataFrame(session.execute(text("SELECT patient_key, study_date FROM cohort ORDER BY analysis_id")))
    moved = pandas.to_datetime(real.study_date) - pandas.to_datetime(table.study_date)
    assert moved.dt.days.between(1, 365).all()
    assert (moved.groupby(real.patient_key).nunique() == 1).all()
    assert moved.nunique() > 50
    assert "study_year" not in table


def test_an_identified_export_needs_a_reason_and_is_recorded(filled: Path, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert "--reason" in typed(filled, "export", path, "--identified", code=1)
    assert not path.exists()
    typed(filled, "export", path, "--identified", "--reason", "ethics vote 7")
    assert "SYN-" in path.read_text()
    event = session.scalars(select(Event).where(Event.entity == "cohort").order_by(Event.id.desc())).first()
    assert event
    assert "IDENTIFIED because ethics vote 7" in (event.reason or "")
    assert event.actor
    assert "SYN-" not in (event.reason or "")


def test_only_the_owner_of_the_data_may_identify(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    answer = typed(filled, "export", tmp_path / "a.csv", "--identified", "--reason", "want it", code=1)
    assert "administrator" in answer


def test_pairs_are_copied_under_keyed_names_without_a_word_in_their_headers(
    filled: Path, session: Session, tmp_path: Path
) -> None:
    import gzip

    import nibabel
    import numpy as np

    data = filled.parent / "data"
    key = session.scalars(select(Analysis.request_key).order_by(Analysis.id)).first() or ""
    session.rollback()  # a reader of the tests holds the lock as a writer does
    image = nibabel.Nifti1Image(np.arange(12, dtype=np.int16).reshape(3, 4, 1), np.diag([2, 2, 5, 1]))
    image.header["descrip"], image.header["aux_file"] = b"Doe^Jane", b"P-1"
    folder = result_folder(data, key)
    folder.mkdir(parents=True)
    for name in ("image.nii.gz", "label.nii.gz"):
        (folder / name).write_bytes(gzip.compress(image.to_bytes()))

    answer = typed(filled, "export", tmp_path / "a.csv", "--pairs", tmp_path / "pairs")
    assert f"{ROWS - 1} results have no files" in answer.replace("\n", " ")
    written = sorted(path.name for path in (tmp_path / "pairs").iterdir())
    with (tmp_path / "a.csv").open(newline="") as lines:
        first = next(csv.DictReader(lines))["request_key"]
    assert written == [f"{first}-image.nii.gz", f"{first}-label.nii.gz"]
    raw = gzip.decompress((tmp_path / "pairs" / written[0]).read_bytes())
    assert b"Doe" not in raw
    assert b"P-1" not in raw
    again = nibabel.Nifti1Image.from_bytes(raw)
    assert np.array_equal(np.asarray(again.dataobj), np.asarray(image.dataobj))
    assert np.array_equal(again.affine, image.affine)


def test_a_file_of_another_form_is_refused(filled: Path, tmp_path: Path) -> None:
    assert ".csv or .parquet" in typed(filled, "export", tmp_path / "a.xlsx", code=1)


def test_change_tells_what_is_called_and_by_which_bound(filled: Path) -> None:
    answer = typed(filled, "change", "--limit", 400)
    assert "within measurement error" in answer
    assert "limits of the model, 9" in answer


def test_two_models_are_compared_on_the_same_series(filled: Path, session: Session) -> None:
    first = session.scalars(select(Analysis).join(Measurement).where(Measurement.model_digest == MODELS[0])).first()
    assert first
    assert first.measurement
    twin = Analysis(
        **{c.key: getattr(first, c.key) for c in Analysis.__table__.columns if c.key not in ("id", "request_key")}
        | {"request_key": "twin", "is_current": False, "state": "superseded"}
    )
    copied = {c.key: getattr(first.measurement, c.key) for c in Measurement.__table__.columns}
    copied |= {"is_current": False, "is_latest": False, "model_digest": MODELS[1]}
    copied["total_area_m29_150_cm2"] += 5.0
    twin.measurement = Measurement(**{name: value for name, value in copied.items() if name != "analysis_id"})
    session.add(twin)
    session.commit()
    answer = typed(filled, "compare", MODELS[0][:6], MODELS[1][:6])
    assert "1 series measured by both" in answer
    assert "5.00" in answer
    assert "--corrected" in typed(filled, "compare", code=1)
    assert "0 series" in typed(filled, "compare", "--corrected")


def test_the_readme_example_reads_the_export(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(filled, "export", tmp_path / "cohort.parquet")
    (example,) = [block.split("```")[0] for block in README.split("```python\n")[1:] if "duckdb" in block]
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    exec(example, found)  # the lines that a reader would paste
    by_decade = found["by_decade"]
    assert isinstance(by_decade, pandas.DataFrame)
    ((rows,),) = duckdb.sql("SELECT count(*) FROM 'cohort.parquet' WHERE is_latest").fetchall()
    assert by_decade["n"].sum() == rows


def test_the_secret_is_made_with_the_first_export(filled: Path, tmp_path: Path) -> None:
    typed(filled, "export", tmp_path / "a.csv")
    assert len(site_secret(filled.parent / "data")) == 32
