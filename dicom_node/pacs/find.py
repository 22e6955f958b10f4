"""Which studies an archive holds (C-FIND at STUDY level), by slices of dates that it can answer.

An archive may refuse or cut off long answers: a slice that is refused, or fuller than `MOST`, is halved.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from config.settings import Query
from dicom_node import tls
from dicom_node.calling import NotReached, association
from dicom_node.pacs.query import FIND, NoAnswer, matches, text_of

SLICE = timedelta(days=31)
MOST = 500
"""Matches of one answer; archives that cap their answers do so at 500 or more, and say nothing."""


class NotAQuery(Exception):
    """The words after --query can't be used; the message says which."""


def parsed(words: str) -> tuple[dict[str, str], tuple[date, date]]:
    """Matching keys of "StudyDate=20200101-20201231, StudyDescription=*ABDOMEN*", and the range of dates."""
    keys: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in words.split(","))):
        keyword, equals, value = part.partition("=")
        if not equals or not keyword.strip() or tag_for_keyword(keyword.strip()) is None:
            raise NotAQuery(f"{part!r} is not Keyword=value, such as StudyDate=20200101-20201231")
        keys[keyword.strip()] = value.strip()
    first, dash, last = keys.pop("StudyDate", "").partition("-")
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last if dash else first)
    except ValueError:
        raise NotAQuery("--query needs StudyDate=YYYYMMDD-YYYYMMDD: a pull has a beginning and an end") from None
    return keys, (begins, ends)


def studies(
    keys: Mapping[str, str],
    dates: tuple[date, date],
    where: Query,
    called_ae: str,
    calling_ae: str,
    context: tls.Context = tls.no_certificate,
) -> Iterator[tuple[str, ...]]:
    """StudyInstanceUIDs of CT studies, a slice of dates after the other; raises `NoAnswer`."""

    def find(first: date, last: date) -> Iterator[tuple[str, ...]]:
        try:
            found = _found(keys, first, last, where, called_ae, calling_ae, context)
        except NoAnswer:
            if first == last:
                raise
            found = None
        if found is not None and (len(found) < MOST or first == last):
            yield found
            return
        middle = first + (last - first) // 2
        yield from find(first, middle)
        yield from find(middle + timedelta(days=1), last)

    first, last = dates
    while first <= last:
        yield from find(first, min(first + SLICE - timedelta(days=1), last))
        first += SLICE


def _found(
    keys: Mapping[str, str],
    first: date,
    last: date,
    where: Query,
    called_ae: str,
    calling_ae: str,
    context: tls.Context,
) -> tuple[str, ...]:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = ""
    identifier.ModalitiesInStudy = "CT"
    for keyword, value in keys.items():
        setattr(identifier, keyword, value)
    identifier.StudyDate = f"{first:%Y%m%d}-{last:%Y%m%d}"
    try:
        with association(FIND, where, where.ae_title or called_ae, calling_ae, context) as open_one:
            found = matches(open_one, identifier, where.timeout)
            return tuple(filter(None, (text_of(match, "StudyInstanceUID") for match in found)))
    except NotReached as why:
        raise NoAnswer(str(why)) from None
    except (RuntimeError, ValueError, tls.Unusable) as fault:
        raise NoAnswer(type(fault).__name__) from None
