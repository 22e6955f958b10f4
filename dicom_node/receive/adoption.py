"""Files of receivers that are gone: whoever is left makes their rows.  Held names tell who lives."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from db.held import Holding
from dicom_node.receive.register import Registrar
from dicom_node.receive.spool import Spool

LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """`holding` gives the name of the receiver with a mark, to be held when that one is gone."""

    spool: Spool
    registrar: Registrar
    holding: Callable[[str], Holding]
    _done: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Adopt what each receiver that is gone has left, once for each time that it goes."""
        for mark in sorted(self.spool.marks()):
            name = self.holding(mark)
            if not name.keep():
                self._done.discard(mark)
            elif mark not in self._done:
                self._done.add(mark)
                count = self.registrar.adopt_files(self.spool.files(mark))
                LOG.info("receive.adopted", receiver=mark, files=count)
            name.close()
