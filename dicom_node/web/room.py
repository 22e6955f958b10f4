"""What every page needs: the rows, the settings, the time, the templates.  One per web process."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlalchemy import Engine
from starlette.responses import Response

from config.settings import AnyDestination, Settings
from db.accounts import Role
from db.schema import Series, Study
from db.session import Sessions, open_sessions
from db.tally import Tally
from dicom_node.patient_key import code_of, is_code, key_of_study
from dicom_node.site_secret import site_secret
from dicom_node.web import words
from dicom_node.web.passwords import Guesses
from dicom_node.web.visitor import Visitor

STATIC = Path(__file__).parent / "static"
PAGES = {
    "/": ("Worklist", Role.VIEWER),
    "/single": ("Single slice", Role.REVIEWER),
    "/cohort": ("Cohort", Role.VIEWER),
    "/system": ("System", Role.VIEWER),
}
"""Addresses in the heading, their names, and the least role that may open them."""
Echo: TypeAlias = Callable[[AnyDestination], str]
"""Asks a destination whether it is there: empty when it answered, else why not."""


def utc() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def unasked(_to: AnyDestination) -> str:
    """An `Echo` of a process that may call nobody."""
    return "this process can't ask"


@dataclass(frozen=True, kw_only=True)
class Room:
    """`now` gives aware UTC; `asked` names the destinations that are being asked whether they are there.

    `secret` signs what only pages read back.
    """

    settings: Settings
    engine: Engine
    now: Callable[[], datetime] = utc
    echo: Echo = unasked
    asked: set[str] = field(default_factory=set)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    drawing: Lock = field(default_factory=Lock, repr=False)
    """Held by who draws: matplotlib is not made for threads, and one picture at a time is enough for a busy node."""

    @cached_property
    def sessions(self) -> Sessions:
        """For the pages that write."""
        return open_sessions(self.engine)

    @cached_property
    def guesses(self) -> Guesses:
        """Who failed to sign in."""
        return Guesses(self.now)

    @cached_property
    def tally(self) -> Tally:
        """What happened, counted for Prometheus."""
        return Tally()

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.node.files

    @cached_property
    def _site_secret(self) -> bytes:
        return site_secret(self.data)

    def key_of(self, study: Study) -> str | None:
        """What stands for the patient of a study; None where none is named."""
        return key_of_study(self._site_secret, self.settings.source, study)

    def signed(self, *parts: str) -> str:
        """A code that only this process can make."""
        return hmac.new(self.secret, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    @cached_property
    def templates(self) -> Jinja2Templates:
        """Escaping everything; an unknown name is a fault."""
        environment = Environment(
            loader=PackageLoader("dicom_node.web"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= words.filters(ZoneInfo(self.settings.node.time_zone), self.now)
        environment.globals["static"] = self.static
        return Jinja2Templates(env=environment)

    @cached_property
    def versions(self) -> dict[str, str]:
        """Digest of each static file, part of its address: a browser may keep it until it changes."""
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in STATIC.iterdir()}

    def static(self, name: str) -> str:
        """Address of a static file."""
        return f"/static/{name}?v={self.versions[name]}"

    def page(self, request: Request, name: str, visitor: Visitor | None, status: int = 200, **shown: Any) -> Response:
        """A page from its template."""
        context = {
            "visitor": visitor,
            "patient": PatientNames(visitor, self.key_of),
            "path": request.url.path,
            "pages": [(to, name) for to, (name, role) in PAGES.items() if visitor and visitor.may(role)],
            **shown,
        }
        return self.templates.TemplateResponse(request, name, context, status_code=status)


class PatientNames:
    """How a visitor sees patients: by name, or by a code that is the same for all studies of one patient."""

    def __init__(self, visitor: Visitor | None, key_of: Callable[[Study], str | None]) -> None:
        self.shown, self._key_of = visitor is not None and visitor.sees_patients, key_of

    def code(self, study: Study) -> str:
        """The beginning of the patient's key in the cohort, by which the worklist finds all studies."""
        return code_of(self._key_of(study))

    def name(self, study: Study) -> str:
        """Name, or that there is none."""
        if not self.shown:
            return f"Patient {code}" if (code := self.code(study)) else f"Study {study.id}"
        return (study.patient_name or "no name").replace("^", ", ", 1).replace("^", " ")

    def number(self, study: Study) -> str:
        """PatientID."""
        return (study.patient_id or "no patient ID") if self.shown else "patient hidden"

    def accession(self, study: Study) -> str:
        """AccessionNumber."""
        return (study.accession_number or "") if self.shown else ""

    def series(self, series: Series) -> str:
        """SeriesDescription, free text too."""
        if not self.shown:
            return f"series {series.id}"
        return series.series_description or "series without description"

    def description(self, study: Study) -> str:
        """StudyDescription: free text in which people write names."""
        return (study.study_description or "") if self.shown else ""


def may_search(visitor: Visitor, text: str) -> bool:
    """Who sees no patients finds studies by their number or by a patient's code."""
    return visitor.sees_patients or text.isdecimal() or is_code(text)


def room_of(request: Request) -> Room:
    """The room of the process."""
    room: Room = request.app.state.room
    return room
