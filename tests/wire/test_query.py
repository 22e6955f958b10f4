"""The question put to a source, and everything that may come back."""

import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydicom.dataelem import DataElement

from config.settings import Query
from dicom_node.pacs.query import NoAnswer, count_images
from tests.factories import REPOSITORY
from tests.peers import Archive, archive, free_port, held
from tests.wire.peers import pacs

STUDY = "1.2.3"


def ask(here: Archive, **fields: Any) -> Mapping[str, int]:
    return count_images(STUDY, Query.model_validate(here.query(**fields)), "SCANNER", "L3NODE")


def silence(here: Archive, **fields: Any) -> str:
    with pytest.raises(NoAnswer) as told:
        ask(here, **fields)
    return str(told.value)


def test_the_ct_series_of_a_study_are_counted() -> None:
    with archive() as here:
        here.matches = [held("1.2.3.1", 72), held("1.2.3.2", 5), held("1.2.3.9", 1, "SR")]
        assert ask(here) == {"1.2.3.1": 72, "1.2.3.2": 5}


def test_the_question_names_the_study_and_what_is_wanted_of_its_series() -> None:
    with archive() as here:
        ask(here)
    (asked,) = here.asked
    assert {element.keyword: element.value for element in asked} == {
        "QueryRetrieveLevel": "SERIES",
        "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": "",
        "Modality": "",
        "NumberOfSeriesRelatedInstances": None,
    }


def test_the_conformance_statement_lists_what_is_asked() -> None:
    statement = (REPOSITORY / "dicom_node" / "CONFORMANCE.md").read_text()
    listed = re.findall(r"^\| (\w+) \(([0-9A-F]{4}),([0-9A-F]{4})\) \|", statement, re.MULTILINE)
    with archive() as here:
        ask(here)
    asked = [(element.keyword, f"{element.tag.group:04X}", f"{element.tag.element:04X}") for element in here.asked[0]]
    assert sorted(listed) == sorted(asked)


def test_a_study_that_the_source_does_not_know_has_no_series() -> None:
    with archive() as here:
        assert ask(here) == {}


@pytest.mark.parametrize(
    "number", [None, "", 0, -1, DataElement(0x00201209, "LO", "many"), DataElement(0x00201209, "DS", ["1", "2"])]
)
def test_what_is_no_number_counts_as_none(number: object) -> None:
    with archive() as here:
        here.matches = [held("1.2.3.1", number), held("1.2.3.2", 5)]
        assert ask(here) == {"1.2.3.1": 0, "1.2.3.2": 5}


def test_a_source_that_counts_nothing_and_tells_no_modality_is_believed_to_hold_ct() -> None:
    with archive() as here:
        here.matches = [{"SeriesInstanceUID": "1.2.3.1"}]
        assert ask(here) == {"1.2.3.1": 0}


def test_matches_of_another_study_and_without_a_series_are_passed_over() -> None:
    with archive() as here:
        here.matches = [held("1.2.3.1", 4) | {"StudyInstanceUID": "1.9"}, {"Modality": "CT"}, held("1.2.3.2", 5)]
        assert ask(here) == {"1.2.3.2": 5}


@pytest.mark.parametrize("status", [0xA700, 0xA900, 0xC001, 0xFE00, 0xB000])
def test_an_answer_that_ends_with_anything_but_success_is_none(status: int) -> None:
    with archive() as here:
        here.matches, here.status = [held("1.2.3.1", 4)], status
        assert silence(here) == f"status 0x{status:04X}"


def test_an_association_that_is_refused_is_no_answer() -> None:
    with archive(takes=("OTHER",)) as here:
        assert silence(here) == "association rejected: Calling AE title not recognised"


def test_the_source_is_called_by_the_title_it_sends_under_unless_another_is_set() -> None:
    with archive() as here:
        assert silence(here, ae_title=None) == "association rejected: Called AE title not recognised"
        assert ask(here, ae_title="ARCHIVE") == {}


def test_a_port_where_nobody_listens_is_no_answer() -> None:
    assert silence(Archive(port=free_port())) == "no connection or no answer"


def test_a_host_without_an_address_is_no_answer() -> None:
    assert silence(Archive(port=104), host="no-such-host.invalid") == "the host name has no address"


def test_a_listener_that_says_nothing_is_left_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = Archive(port=listener.getsockname()[1])
        assert silence(here, timeout=0.3) == "no connection or no answer"


def test_a_listener_that_stalls_inside_a_pdu_is_left_after_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as other_side:
        here = Archive(port=listener.getsockname()[1])
        told = other_side.submit(silence, here, timeout=0.3)
        with listener.accept()[0] as link:
            link.sendall(bytes.fromhex("02 00 00 00 00 c8 00 01"))  # an A-ASSOCIATE-AC of 200 bytes, two of them
            assert told.result(20) == "no connection or no answer"


def test_a_source_that_hangs_in_mid_question_is_left_after_the_timeout() -> None:
    with archive(hangs=True) as here:
        assert silence(here, timeout=2) == "broken off, or no answer in time"


def test_an_answer_without_end_is_left_after_the_timeout() -> None:
    with archive() as here:
        here.matches, here.endless = [held("1.2.3.1", 4)] * 10, True
        assert silence(here, timeout=2) == "an answer without end"


def test_a_source_that_offers_no_query_is_no_answer() -> None:
    with pacs() as stores_only:
        assert silence(Archive(port=stores_only.port)) == "SOP class not accepted"


def test_a_source_that_breaks_off_in_mid_answer_is_no_answer() -> None:
    with archive() as here:
        here.matches, here.breaks_off = [held("1.2.3.1", 4)], True
        assert silence(here) == "broken off, or no answer in time"
