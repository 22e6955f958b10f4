"""What Prometheus reads: in its format, documented, without a patient, and counters that never fall."""

from datetime import timedelta

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from db import activities, circuit, forgetting
from db.accounts import Role, Scope, add_token
from db.activities import Name
from db.schema import Study
from tests.db.factories import NOW, done, make_series
from tests.factories import REPOSITORY
from tests.web.conftest import Site
from tests.web.test_deeds import dead, waiting
from tests.web.test_system import connected

README = (REPOSITORY / "README.md").read_text()
HOUR = timedelta(hours=1)


def scraped(site: Site) -> list[Metric]:
    """Families of metrics, read with a token for metrics only."""
    with site.room.sessions.begin() as session:
        token = add_token(session, f"prometheus {len(site.clock)}", [Scope.METRICS], site.clock[0])
    site.clock.append(site.clock[0])
    answer = site.browser(authorization=f"Bearer {token}").get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return list(text_string_to_metric_families(answer.text))


def values(site: Site) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    return {(one.name, *one.labels.values()): one.value for family in scraped(site) for one in family.samples}


def test_counters_tell_what_became_of_everything(site: Site) -> None:
    before = values(site)
    dead(site, 2)
    with site.room.sessions.begin() as session:
        done(session, make_series(session, 3), "3")
        session.flush()
    after = values(site)
    grown = {name: after[name] - before[name] for name in after if name[0].endswith("_total")}
    assert {name: grew for name, grew in grown.items() if grew} == {
        ("l3node_analyses_asked_total",): 2,
        ("l3node_analyses_finished_total", "done"): 1,
        ("l3node_analyses_finished_total", "dead"): 1,
        ("l3node_attempts_failed_total",): 1,
    }


def test_no_counter_falls_when_a_patient_is_forgotten_or_the_process_begins_anew(site: Site) -> None:
    before = {name: value for name, value in values(site).items() if name[0].endswith(("_total", "_bucket"))}
    with site.room.sessions.begin() as session:
        forgetting.forget(session, [row.id for row in session.query(Study)], "hash", "admin", NOW)
    again = Site(settings=site.settings, room=connected(site).room, clock=site.clock)
    for now in (values(site), values(again)):
        assert all(now[name] >= value for name, value in before.items())


def test_a_result_is_in_the_histograms_from_the_second_scrape_on(site: Site) -> None:
    name = "l3node_received_to_measured_seconds"
    assert values(site)[(f"{name}_count",)] == 0
    with site.room.sessions.begin() as session:
        done(session, make_series(session, 2), "2", now=NOW + timedelta(seconds=7))
    found = values(site)
    assert [found[(f"{name}_bucket", edge)] for edge in ("5", "10", "+Inf")] == [0, 1, 1]
    assert found[(f"{name}_sum",)] == 7


def test_gauges_tell_what_waits_for_how_long_and_what_is_paused(site: Site) -> None:
    site = connected(site)
    waiting(site)
    with site.room.sessions.begin() as session:
        circuit.failed(session, circuit.of(session, "ARCHIVE", NOW), "away", NOW)
        assert activities.pause(session, Name.ANALYSE, why="new GPU", actor="ada", now=NOW)
    site.clock[0] += HOUR
    found = values(site)
    assert found[("l3node_backlog",)] == 1
    assert found[("l3node_undone", "analysis", "queued")] == 1
    assert found[("l3node_open_reviews",)] == 1
    ages = {what: found[("l3node_oldest_waiting_seconds", what)] for what in ("analysis", "review", "object")}
    assert ages == {"analysis": 3600, "review": 3600, "object": 0}
    assert [found[("l3node_paused", name)] for name in Name] == [0, 1, 0]
    assert [found[("l3node_destination", "ARCHIVE", state)] for state in ("closed", "open")] == [0, 1]
    assert [found[("l3node_destination", "PACS", state)] for state in ("closed", "open")] == [1, 0]
    assert 0 < found[("l3node_disk_free_bytes",)] <= found[("l3node_disk_total_bytes",)]


def test_a_retry_by_a_person_waits_since_it_was_asked_for(site: Site) -> None:
    analysis_id = dead(site)
    site.clock[0] += HOUR
    assert site.signed_in(Role.ADMINISTRATOR).post(f"/api/v1/analyses/{analysis_id}/retry").status_code == 200
    assert values(site)[("l3node_oldest_waiting_seconds", "analysis")] == 0


def test_every_metric_is_documented_and_only_those(site: Site) -> None:
    families = scraped(connected(site))
    names = {f"{one.name}_total" if one.type == "counter" else one.name for one in families}
    documented = {part.partition("{")[0] for part in README.split("`") if part.startswith("l3node_")}
    assert names == documented
    assert all(one.documentation for one in families)


def test_nothing_of_a_patient_is_told(site: Site) -> None:
    with site.room.sessions.begin() as session:
        row = session.get_one(Study, 1)
        row.patient_id, row.accession_number, row.patient_name = "P-SECRET", "A-SECRET", "SECRET^NAME"
    assert "SECRET" not in site.signed_in(Role.VIEWER).get("/metrics").text
    assert "1.1" not in {value for family in scraped(site) for one in family.samples for value in one.labels.values()}


@pytest.mark.parametrize("address", ["/", "/system", "/api/v1/destinations/PACS/echo"])
def test_a_token_for_metrics_opens_nothing_else(address: str, site: Site) -> None:
    with site.room.sessions.begin() as session:
        token = add_token(session, "prometheus", [Scope.METRICS], site.clock[0])
    browser = site.browser(authorization=f"Bearer {token}")
    assert browser.request("POST" if "echo" in address else "GET", address).status_code == 403
