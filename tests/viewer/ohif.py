"""OHIF in a browser, before an archive that speaks DICOMweb."""

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset

from tests.factories import eventually
from tests.peers import Orthanc
from tests.viewer.browser import HERE, MODULES, Browser, PageError, browser
from tests.viewer.server import served

DIST = MODULES / "@ohif" / "app" / "dist"
PATIENCE = 120.0
"""Seconds that a loaded machine may need to show a study."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is seen at one moment.

    `image` names the image shown, `segments` are (label, CSS colour) as listed beside it, `pixels` is
    UInt8[row, column, 3] of the viewport, `points` are (column, row) where the points that were asked for lie in it.
    """

    image: str
    segments: tuple[tuple[str, str], ...]
    pixels: NDArray[np.uint8]
    points: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Viewer:
    """OHIF at `url`."""

    url: str
    page: Browser

    def open(self, result: Dataset) -> None:
        """Open the study of `result` with its series shown first, as a link from a worklist does."""
        study, series = result.StudyInstanceUID, result.SeriesInstanceUID
        self.page.ask("goto", f"{self.url}/viewer?StudyInstanceUIDs={study}&initialSeriesInstanceUID={series}")

    def show(self, modality: str) -> None:
        """Put the first series of `modality` into the viewport."""
        self.page.ask("evaluate", "(modality) => asked.show(modality)", modality)

    def list_segments(self) -> None:
        """Open the panel that lists the segments.

        Only when the image is shown: OHIF 3.13 has a timer that outlives a viewport (cornerstone3D, pull request
        2884) and complains where the page is changed while it is built.
        """
        self.page.ask("evaluate", "() => asked.list()")

    def look(self, points: NDArray[np.float64]) -> Look:
        """What is seen now; `points` are [point, x y z] in mm.  Raises `PageError` while the page is being built."""
        seen = self.page.ask("evaluate", "(points) => asked.look(points)", points.tolist())
        return Look(
            image=seen["image"],
            segments=tuple((label, colour) for label, colour in seen["segments"]),
            pixels=np.asarray(Image.open(io.BytesIO(base64.b64decode(seen["png"]))).convert("RGB")),
            points=np.asarray(seen["points"]),
        )

    def look_until(self, points: NDArray[np.float64], faults: Callable[[Look], Sequence[str]]) -> Look:
        """The first look without `faults`; fails with those of the last one when patience ends."""
        last: Sequence[str] = ()

        def good() -> Look | None:
            nonlocal last
            try:
                look = self.look(points)
            except PageError as error:
                last = [str(error)]
                return None
            last = faults(look)
            return None if last else look

        try:
            return eventually(good, PATIENCE)
        except AssertionError as late:
            raise AssertionError("; ".join(last)) from late

    def screenshot(self, path: Path) -> None:
        """The whole page as PNG."""
        self.page.ask("screenshot", str(path))


@contextmanager
def ohif(pacs: Orthanc, log: Path) -> Iterator[Viewer]:
    """OHIF before `pacs`; what its pages complain about is written to `log`."""
    with browser(HERE / "page.js", log) as page:
        files = {f"/{path.relative_to(DIST).as_posix()}": path for path in DIST.rglob("*") if path.is_file()}
        with served(files | {"/app-config.js": HERE / "app-config.js"}, pacs.rest) as url:
            yield Viewer(url, page)
