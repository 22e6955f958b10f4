"""The interface for programs: what it tells to whom, page by page, and that its document says the same."""

import csv
import gzip
import io
from typing import Any
from uuid import uuid4

import nibabel
import numpy as np
import pyarrow.parquet
import pytest
from sqlalchemy import select

from db import reviews
from db.accounts import Role, Scope, add_token
from db.cohort import COLUMNS, NAMES
from db.reviews import Reviewer
from db.schema import Artifact, Delivery, Event
from dicom_node.web.application import routes
from tests.web.browser import Browser
from tests.web.cases import held_case, mask
from tests.web.conftest import RESULTS, Site


def program(site: Site, *scopes: Scope) -> Browser:
    """A program with a token of these scopes."""
    with site.room.sessions.begin() as session:
        token = add_token(session, f"program {uuid4().hex}", scopes, site.clock[0])
    return site.browser(authorization=f"Bearer {token}", accept="application/json")


def told(browser: Browser, address: str, status: int = 200) -> Any:
    answer = browser.request("GET", address, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.text
    return answer.json()


def recorded(site: Site, deed: str = "exported") -> list[str]:
    with site.room.sessions() as session:
        return [row.reason or "" for row in session.scalars(select(Event).where(Event.to_state == deed))]


def test_studies_come_page_by_page_and_none_twice(site: Site) -> None:
    for number in (2, 3, 4, 5):
        held_case(site.room.sessions, site.settings.node.data, number)
    browser, address, found = program(site, Scope.READ), "/api/v1/studies?limit=2", []
    while address:
        page = told(browser, address)
        found += [study["id"] for study in page["studies"]]
        address = page["next"]
    assert found == [5, 4, 3, 2, 1]


def test_a_study_tells_its_series_and_every_revision_with_numbers_and_deliveries(site: Site) -> None:
    study = told(program(site, Scope.IDENTIFY), "/api/v1/studies/1")
    assert [series["series_instance_uid"] for series in study["series"]] == ["1.1.1"]
    (analysis,) = study["analyses"]
    assert analysis["state"] == study["analysis"]["state"] == "held"
    assert analysis["doubts"] == ["fold_agreement: mean pairwise Dice 0.71, 0.92 needed"]
    assert analysis["numbers"]["smi_m29_150_cm2_m2"] == 41.2
    assert analysis["deliveries"] == []


def test_an_analysis_tells_where_its_objects_were_sent(site: Site) -> None:
    now = site.clock[0]
    with site.room.sessions.begin() as session:
        artifact = session.scalars(select(Artifact).order_by(Artifact.id)).first()
        assert artifact
        session.add(Delivery(artifact=artifact, destination="PACS", state="sent", due_at=now, sent_at=now))
        reviews.reject(session, 1, "the wrong level", Reviewer(account="ada", name="Ada^A"), now)
    analysis = told(program(site, Scope.READ), "/api/v1/analyses/1")
    assert analysis["state"] == "rejected"
    (sent,) = analysis["deliveries"]
    assert (sent["kind"], sent["destination"], sent["state"]) == ("seg", "PACS", "sent")
    assert sent["verified_at"] is None


@pytest.mark.parametrize(
    ("scopes", "named"), [((Scope.READ,), False), ((Scope.REVIEW,), False), ((Scope.IDENTIFY,), True)]
)
@pytest.mark.parametrize("address", ["/api/v1/studies", "/api/v1/studies/1"])
def test_only_the_scope_identify_shows_whose_it_is(site: Site, scopes: Any, named: bool, address: str) -> None:
    text = program(site, *scopes).request("GET", address).text
    for of_patient in ("P-1", '"1.1"', "<script>"):
        assert (of_patient in text) is named


@pytest.mark.parametrize(("text", "status"), [("P-1", 403), ("1", 200)])
def test_who_does_not_see_patients_can_not_search_by_them(site: Site, text: str, status: int) -> None:
    told(program(site, Scope.READ), f"/api/v1/studies?text={text}", status)
    assert len(told(program(site, Scope.IDENTIFY), "/api/v1/studies?text=P-1")["studies"]) == 1


@pytest.mark.parametrize("address", ["/api/v1/studies/1", "/api/v1/analyses/1", "/api/v1/analyses/1/image.nii.gz"])
def test_looking_at_a_case_by_program_is_an_event(site: Site, address: str) -> None:
    program(site, Scope.READ).request("GET", address)
    with site.room.sessions() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event
    assert (event.reason, event.actor.startswith("token program")) == ("viewed", True)


def test_slice_and_labels_are_a_pair_of_nifti_files(site: Site) -> None:
    browser = program(site, Scope.READ)
    found = {}
    for name in ("image", "label"):
        answer = browser.request("GET", f"/api/v1/analyses/1/{name}.nii.gz")
        assert answer.headers["content-disposition"] == f'attachment; filename="analysis-1-{name}.nii.gz"'
        found[name] = nibabel.Nifti1Image.from_bytes(gzip.decompress(answer.content))
    assert np.array_equal(np.asanyarray(found["label"].dataobj)[:, :, 0].T, mask())
    assert np.array_equal(found["label"].affine, found["image"].affine)


@pytest.mark.parametrize("address", ["/api/v1/studies/99", "/api/v1/analyses/99", "/api/v1/analyses/99/label.nii.gz"])
def test_what_is_not_there_is_a_404_with_a_sentence(site: Site, address: str) -> None:
    assert "there is no such" in told(program(site, Scope.READ), address, 404)["detail"]


def test_rows_of_the_cohort_come_page_by_page_and_identify_nobody(filled: Site) -> None:
    browser, address, found = program(filled, Scope.READ), "/api/v1/cohort?limit=10", []
    while address:
        page = told(browser, address)
        found += page["rows"]
        address = page["next"]
    assert len(found) == RESULTS
    assert len({row["request_key"] for row in found}) == RESULTS
    left_out = {column.name for column in COLUMNS if column.private == "left out"}
    assert not (left_out | {"study_date", "patient_id"}) & found[0].keys()
    assert not [row for row in found if row["study_instance_uid"].startswith("2.25.")]
    assert len(recorded(filled)) == 5


def test_the_filters_are_those_of_the_command(filled: Site) -> None:
    rows = told(program(filled, Scope.READ), "/api/v1/cohort?sex=F&min_age=50&where=kvp+IN+(100,120)")["rows"]
    assert rows
    assert {row["patient_sex"] for row in rows} == {"F"}
    assert min(row["patient_age_years"] for row in rows) >= 50
    assert "sex F, min age 50.0, where kvp IN (100,120)" in recorded(filled)[0]


@pytest.mark.parametrize(
    "query", ["where=patient_id+=+1", "sexx=F", "min_age=old", "since=yesterday", "review=never"]
)
def test_a_question_that_is_not_understood_is_refused(filled: Site, query: str) -> None:
    for address in ("/api/v1/cohort", "/api/v1/cohort.csv"):
        told(program(filled, Scope.READ), f"{address}?{query}", 422)
    assert recorded(filled) == []


def test_csv_and_parquet_hold_the_same_rows_and_the_event_names_the_snapshot(filled: Site) -> None:
    browser = program(filled, Scope.READ)
    text = browser.request("GET", "/api/v1/cohort.csv?latest=true").text
    packed = browser.request("GET", "/api/v1/cohort.parquet?latest=true")
    assert packed.headers["content-disposition"] == 'attachment; filename="cohort.parquet"'
    table = pyarrow.parquet.read_table(io.BytesIO(packed.content))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["request_key"] for row in rows] == table["request_key"].to_pylist()
    taken = [reason for reason in recorded(filled) if "taken, snapshot" in reason]
    assert len({reason.partition("snapshot")[2] for reason in taken}) == 1
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("scopes", "reason", "status"),
    [
        ((Scope.IDENTIFY,), "linkage", 403),
        ((Scope.ADMINISTER,), "linkage", 403),
        ((Scope.ADMINISTER, Scope.IDENTIFY), "", 422),
        ((Scope.ADMINISTER, Scope.IDENTIFY), "linkage", 200),
    ],
)
def test_an_identified_answer_wants_an_administrator_who_sees_patients_and_says_why(
    filled: Site, scopes: Any, reason: str, status: int
) -> None:
    browser = program(filled, *scopes)
    for name in ("cohort", "cohort.csv", "cohort.parquet"):
        answer = browser.request("GET", f"/api/v1/{name}?identified=true&reason={reason}")
        assert answer.status_code == status
        assert (b"SYN-" in answer.content) is (status == 200)
    assert [reason for reason in recorded(filled) if "IDENTIFIED because linkage" in reason] == (
        recorded(filled) if status == 200 else []
    )


def test_the_dictionary_names_every_column_of_the_view(site: Site) -> None:
    assert [one["name"] for one in told(program(site, Scope.READ), "/api/v1/cohort/columns")] == list(NAMES)


def test_every_route_for_programs_is_in_the_document_with_its_refusals(site: Site) -> None:
    document = told(program(site, Scope.READ), "/api/v1/openapi.json")
    served = [route for route in routes(site.application._inner) if route.path.startswith("/api/v1/")]
    assert len(served) > 15
    for route in served:
        if route.path == "/api/v1/openapi.json":
            continue
        for method in route.methods:
            operation = document["paths"][route.path][method.lower()]
            assert operation["description"]
            assert {"401", "403", "422"} <= operation["responses"].keys()
            if method != "GET":
                assert {"404", "409"} <= operation["responses"].keys()
    assert document["security"] == [{"token": []}]


def test_every_field_of_the_document_is_described_and_every_reference_leads_somewhere(site: Site) -> None:
    document = told(program(site, Scope.READ), "/api/v1/openapi.json")
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for field, said in schema.get("properties", {}).items():
            assert said.get("description") or name in ("HTTPValidationError", "ValidationError"), f"{name}.{field}"
    assert {reference.rpartition("/")[2] for reference in references(document)} <= schemas.keys()
    assert "cm2/m2" in schemas["Numbers"]["properties"]["smi_m29_150_cm2_m2"]["description"]


def references(part: Any) -> list[str]:
    """Every $ref in a document."""
    if isinstance(part, list):
        return [found for one in part for found in references(one)]
    if not isinstance(part, dict):
        return []
    return [found for one in part.values() for found in references(one)] + (
        [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    )


def test_a_person_reads_the_document_too(site: Site) -> None:
    assert told(site.signed_in(Role.VIEWER), "/api/v1/openapi.json")["openapi"].startswith("3.")
