"""Received images go when they have done their work, and not before; sent again they are known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from db import inbox
from db.schema import Analysis, Delivery, Event, Instance, Study
from dicom_node.purge import Purge
from tests.db.factories import make_arrival
from tests.factories import destination, rows
from tests.whole.delivery import Office, office

PLENTY = 10**12


class Site:
    """An office with studies of one image each, their results sent."""

    def __init__(self, desk: Office) -> None:
        self.desk = desk
        self.free = PLENTY
        settings = desk.settings.receive.model_copy(update={"minimum_free_bytes": 1000})
        self.purge = Purge(
            settings=desk.settings.model_copy(update={"receive": settings}),
            sessions=desk.sessions,
            free=lambda: self.free,
            now=lambda: desk.now,
        )

    def study(self, number: int, delivery: str = "sent", **analysis: Any) -> Path:
        self.desk.result(number, "PACS")
        path = self.desk.settings.node.data / f"{number}.dcm"
        path.write_bytes(b"pixels")
        with self.desk.sessions.begin() as session:
            row = session.query(Study).filter_by(study_instance_uid=f"1.{number}").one()
            self.register(session, number, path=path.name)
            row.state, row.reason = "chosen", "asked for analysis 1"
            session.query(Analysis).filter_by(study_id=row.id).update(analysis or {"priority": 0})
            session.query(Delivery).filter(Delivery.state == "pending").update({"state": delivery})
        return path

    def register(self, session: Any, number: int, **changes: Any) -> inbox.Registered:
        uids = {"study_instance_uid": f"1.{number}", "series_instance_uid": f"1.{number}.1"}
        return inbox.register(
            session,
            [replace(make_arrival(number), **(uids | {"received_at": self.desk.now} | changes))],
            lambda _one, _other: False,
        )

    def after(self, days: float) -> None:
        self.desk.now += timedelta(days=days)
        self.purge.round()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with office(tmp_path, destination("PACS", 1, verify="query"), destination("PLAIN", 1)) as desk:
        yield Site(desk)


def test_images_go_after_their_time_once_their_results_are_verified(site: Site) -> None:
    verified, sent = site.study(1, "verified"), site.study(2, "sent")
    site.after(29)
    assert verified.exists()
    site.after(2)
    assert not verified.exists()
    assert sent.exists()
    (event,) = (
        event for event in rows(site.desk.sessions, Event) if (event.reason or "").startswith("images purged")
    )
    assert event.reason == "images purged: 30 days without news"


@pytest.mark.parametrize("delivery", ["pending", "dead", "sent"])
def test_images_whose_results_have_not_arrived_stay(site: Site, delivery: str) -> None:
    path = site.study(1, delivery)
    site.free = 0
    site.after(400)
    assert path.exists()


@pytest.mark.parametrize("state", ["queued", "running", "held", "dead", "failed"])
def test_images_that_a_person_or_a_worker_still_needs_stay_even_on_a_full_disk(site: Site, state: str) -> None:
    path = site.study(1, "verified", state=state)
    site.free = 0
    site.after(400)
    assert path.exists()


def test_a_study_without_a_reason_keeps_its_images(site: Site) -> None:
    path = site.study(1, "verified")
    with site.desk.sessions.begin() as session:
        session.query(Study).update({"reason": None})
    site.after(400)
    assert path.exists()


def test_under_disk_pressure_images_go_early_and_reviewed_studies_last(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicom_node.purge.AT_ONCE", 1)
    reviewed = site.study(1, "verified", reviewed_at=site.desk.now)
    plain = site.study(2, "verified")
    site.after(1)
    assert reviewed.exists()
    assert plain.exists()
    site.free = 2999
    site.after(0.1)
    assert reviewed.exists()
    assert not plain.exists()
    site.after(0.1)
    assert not reviewed.exists()


def purged(site: Site) -> Path:
    path = site.study(1, "verified")
    site.after(31)
    assert not path.exists()
    return path


def test_a_purged_image_that_is_sent_again_is_known_there_again_and_asks_nothing(site: Site) -> None:
    purged(site)
    with site.desk.sessions.begin() as session:
        done = site.register(session, 1, path="again.dcm")
    (row,) = rows(site.desk.sessions, Instance)
    assert (row.path, row.purged_at, done) == ("again.dcm", None, inbox.Registered((), ()))
    assert rows(site.desk.sessions, Study)[0].state == "chosen"
    assert len(rows(site.desk.sessions, Analysis)) == 1


def test_a_purged_image_with_other_pixels_is_kept_aside_and_in_another_syntax_is_news(site: Site) -> None:
    purged(site)
    with site.desk.sessions.begin() as session:
        done = site.register(session, 1, path="other.dcm", pixels_digest="other")
        assert done.aside == ("other.dcm",)
    with site.desk.sessions.begin() as session:
        site.register(session, 1, path="new.dcm", pixels_digest="recoded", transfer_syntax_uid="1.2.840.10008.1.2.5")
    (row,) = rows(site.desk.sessions, Instance)
    assert (row.path, row.pixels_digest, row.purged_at) == ("new.dcm", "recoded", None)
    assert rows(site.desk.sessions, Study)[0].state == "open"
