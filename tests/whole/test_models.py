"""`l3node model`: added without running what it brings, verified, released by a name, and what that changes."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import AnalysisSettings
from db import models as remembered
from db.schema import Model
from db.session import Sessions, open_engine, open_sessions, upgrade
from dicom_node import models, worker
from dicom_node.app import running
from inference.errors import ModelRefused
from inference.model_card import ModelCard, ModelStatus
from inference.model_folder import BUNDLED
from tests.factories import make_settings, rows
from tests.whole.test_command_line import l3node, written

CARD = {
    "name": "Hospital model",
    "version": "7",
    "limits": {"area_cm2": [-9.0, 23.5], "hu": [-6, 3], "cases": 60, "source": "own validation"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody's folder: the bundled weights under another card and in other plans, so that its digest is its own."""
    target = tmp_path / "models" / "l3"
    shutil.copytree(BUNDLED, target)
    (target / "model_card.json").write_text(json.dumps(CARD))
    dataset = target / "dataset.json"
    dataset.write_text(dataset.read_text() + "\n")
    return target


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    url = f"sqlite:///{tmp_path / 'node.sqlite'}"
    upgrade(url)
    return open_sessions(open_engine(url))


def vouched(rules: AnalysisSettings, sessions: Sessions) -> ModelCard:
    """The card that the node would work with."""
    return models.vouched(worker.model_folder(rules).card, sessions)


def test_the_commands_add_list_show_verify_and_release_a_model(tmp_path: Path, folder: Path) -> None:
    config = written(tmp_path)
    added = l3node("model", "add", folder, "-c", config)
    assert (added.returncode, added.stderr) == (0, "")
    digest = added.stdout.split()[0]
    assert "Hospital model, research" in added.stdout

    assert digest in l3node("model", "list", "-c", config).stdout
    assert "is unchanged" in l3node("model", "verify", digest[:6], "-c", config).stdout
    released = l3node("model", "release", digest, "--by", "Dr. A", "--why", "report 12", "-c", config)
    assert "released by Dr. A" in released.stdout
    shown = l3node("model", "show", digest, "-c", config).stdout
    assert all(word in shown for word in ("released", "Dr. A: released. report 12", "own validation", str(folder)))

    again = l3node("model", "release", digest, "--by", "Dr. B", "--why", "so", "-c", config)
    assert (again.returncode, "only a research model" in again.stderr) == (1, True)


def test_a_released_model_makes_results_without_a_caveat_and_any_other_keeps_its_own(
    sessions: Sessions, folder: Path
) -> None:
    rules, now = AnalysisSettings(model=folder), datetime.now(UTC)
    added = models.add(sessions, AnalysisSettings(), folder, now, "admin")
    assert vouched(rules, sessions).caveat.startswith("RESEARCH USE ONLY")
    models.release(sessions, added.digest, by="Dr. A", why="validated", now=now)

    assert vouched(rules, sessions).caveat == ""
    assert vouched(rules, sessions).status is ModelStatus.RELEASED
    assert vouched(AnalysisSettings(), sessions).status is ModelStatus.DEMONSTRATION
    assert worker.model_folder(rules).card.status is ModelStatus.RESEARCH  # without the database nobody vouches


def test_the_demonstration_model_cannot_be_released(sessions: Sessions) -> None:
    now = datetime.now(UTC)
    added = models.add(sessions, AnalysisSettings(), BUNDLED, now, "admin")

    with pytest.raises(ModelRefused, match="only a research model"):
        models.release(sessions, added.digest, by="Dr. A", why="wanted", now=now)


def test_demonstration_weights_stay_a_demonstration_under_another_card(sessions: Sessions, tmp_path: Path) -> None:
    models.add(sessions, AnalysisSettings(), BUNDLED, datetime.now(UTC), "admin")
    disguised = tmp_path / "disguised"
    shutil.copytree(BUNDLED, disguised)
    (disguised / "model_card.json").write_text('{"name": "Mine", "version": "1"}')

    assert vouched(AnalysisSettings(model=disguised), sessions).status is ModelStatus.DEMONSTRATION


def test_a_folder_that_changed_since_it_was_added_does_not_verify(sessions: Sessions, folder: Path) -> None:
    added = models.add(sessions, AnalysisSettings(), folder, datetime.now(UTC), "admin")
    plans = folder / "plans.json"
    plans.write_text(plans.read_text() + " ")

    with pytest.raises(ModelRefused, match="has changed"):
        models.verify(sessions, AnalysisSettings(), added.digest)


def test_a_card_that_changed_since_the_folder_was_added_does_not_verify(sessions: Sessions, folder: Path) -> None:
    added = models.add(sessions, AnalysisSettings(), folder, datetime.now(UTC), "admin")
    (folder / "model_card.json").write_text(json.dumps(CARD | {"version": "8"}))

    with pytest.raises(ModelRefused, match=r"card of .* has changed"):
        models.verify(sessions, AnalysisSettings(), added.digest)


def test_narrower_limits_on_the_card_of_a_released_model_take_its_release_back(
    sessions: Sessions, folder: Path
) -> None:
    rules, now = AnalysisSettings(model=folder), datetime.now(UTC)
    added = models.add(sessions, AnalysisSettings(), folder, now, "admin")
    models.release(sessions, added.digest, by="Dr. A", why="validated", now=now)
    narrower = {"limits": {"area_cm2": [-1.0, 1.0], "hu": [-1, 1], "cases": 60, "source": "wish"}}
    (folder / "model_card.json").write_text(json.dumps(CARD | narrower))

    assert vouched(rules, sessions).status is ModelStatus.RESEARCH


def opening(cache: Path, card: ModelCard, model: Path | None = None) -> worker.Opening:
    return worker.Opening(rules=AnalysisSettings(model=model), cache=cache, device="cpu", threads=1, card=card)


def test_a_worker_says_of_its_model_what_the_node_says(warm_cache: Path) -> None:
    card = replace(worker.model_folder(AnalysisSettings()).card, name="as the node read it")

    assert worker.opened(opening(warm_cache, card)).card == card


def test_weights_that_were_exchanged_under_a_running_node_are_refused(folder: Path, tmp_path: Path) -> None:
    """A worker that starts again reads the folder again: what was released is not what is there now."""
    card = replace(worker.model_folder(AnalysisSettings(model=folder)).card, status=ModelStatus.RELEASED)
    shutil.copy(folder / "fold_1" / "checkpoint_final.pth", folder / "fold_0" / "checkpoint_final.pth")

    with pytest.raises(ModelRefused, match="has changed since the node started"):
        worker.opened(opening(tmp_path / "cache", card, folder))
    assert not (tmp_path / "cache").exists()


def test_a_damaged_checkpoint_is_not_added(sessions: Sessions, folder: Path) -> None:
    checkpoint = folder / "fold_2" / "checkpoint_final.pth"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-2000])

    with pytest.raises(ModelRefused, match="fold_2"):
        models.add(sessions, AnalysisSettings(), folder, datetime.now(UTC), "admin")
    assert rows(sessions, Model) == []


def test_the_limits_of_the_card_stand_in_the_table(sessions: Sessions, folder: Path) -> None:
    added = models.add(sessions, AnalysisSettings(), folder, datetime.now(UTC), "admin")
    with sessions() as session:
        limits = remembered.find(session, added.digest).limits

    assert limits == '{"area_cm2": [-9.0, 23.5], "cases": 60, "hu": [-6.0, 3.0], "source": "own validation"}'


def test_a_vertebra_model_that_cannot_be_taken_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "node", analysis={"vertebrae": tmp_path})
    with pytest.raises(ModelRefused, match=r"plans\.json is missing"), running(settings):
        pass
    assert not (tmp_path / "node").exists()
