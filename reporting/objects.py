"""One finding in, three finished DICOM files out: SEG, SR, key image.  Pure: no clock, no randomness, no network."""

import highdicom
import PIL
import pydicom
from pydicom.dataset import Dataset

from reporting.envelope import Task, seal
from reporting.finding import Encoded, Finding, Identity
from reporting.identity import ENCODER_VERSION, names_for
from reporting.key_image import key_image
from reporting.seg import segmentation
from reporting.source import image_of, owner_of
from reporting.sr import report

ENCODER = " ".join((ENCODER_VERSION, highdicom.__version__, pydicom.__version__, PIL.__version__))
"""Everything that decides the bytes of an object besides the finding; part of every UID."""


def objects(header: Dataset, found: Finding, identity: Identity, frame: int | None = None) -> tuple[Encoded, ...]:
    """Encode SEG, SR and key image of `found`, in this order; the SR refers to the SEG.

    `header` is the source L3 image with or without its pixels and stays untouched; `frame` is its number (from 1)
    when it is a frame of a multi-frame object.  Same arguments, same bytes, in any process at any time.  Raises
    `Unsuitable` when `header` is no CT image.
    """
    task = task_of(header, found, identity, frame)
    seg = segmentation(task)
    sealed = seal("seg", seg, task)  # first: the SR lists the SEG by its final series
    return sealed, seal("sr", report(task, seg), task), seal("key", key_image(task), task)


def task_of(header: Dataset, found: Finding, identity: Identity, frame: int | None = None) -> Task:
    """Read the header once and name the objects."""
    owner, image = owner_of(header), image_of(header, found.ct)
    names = names_for(owner, image, found, identity, ENCODER)
    return Task(owner=owner, image=image, frame=frame, found=found, identity=identity, names=names)
