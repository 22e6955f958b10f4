"""SEGs as a wrong encoder would write them, made of right ones: what the tests of the viewer must notice.

Each function spoils the SEG file of a study and says what a viewer then shows.
"""

from dataclasses import replace

import numpy as np
from pydicom import dcmread
from pydicom.pixels import pack_bits, unpack_bits

from inference.labels import Tissue
from reporting.picture.slice_pane import COLOURS
from tests.viewer.overlay import Expected
from tests.viewer.studies import ViewedStudy


def mirrored(study: ViewedStudy) -> Expected:
    """Every frame left for right."""
    target = dcmread(study.seg)
    shape = (target.NumberOfFrames, target.Rows, target.Columns)
    bits = np.asarray(unpack_bits(target.PixelData))[: np.prod(shape)].reshape(shape)
    target.PixelData = pack_bits(bits[:, :, ::-1].ravel())
    target.save_as(study.seg)
    return replace(study.expected, labels=study.expected.labels[:, ::-1])


def moved(study: ViewedStudy) -> Expected:
    """Every frame onto the next image of the series."""
    to = dcmread(study.ct[len(study.ct) // 2 + 1])
    target = dcmread(study.seg)
    target.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPInstanceUID = to.SOPInstanceUID
    for frame in target.PerFrameFunctionalGroupsSequence:
        frame.PlanePositionSequence[0].ImagePositionPatient = to.ImagePositionPatient
        frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID = to.SOPInstanceUID
    target.save_as(study.seg)
    return replace(study.expected, shown=to)


def swapped(study: ViewedStudy) -> Expected:
    """Psoas and wall in each other's colour."""
    target = dcmread(study.seg)
    psoas, wall = (target.SegmentSequence[tissue - 1] for tissue in (Tissue.PSOAS, Tissue.ABDOMINAL_WALL))
    colours = psoas.RecommendedDisplayCIELabValue, wall.RecommendedDisplayCIELabValue
    wall.RecommendedDisplayCIELabValue, psoas.RecommendedDisplayCIELabValue = colours
    target.save_as(study.seg)
    exchanged = {Tissue.PSOAS: COLOURS[Tissue.ABDOMINAL_WALL], Tissue.ABDOMINAL_WALL: COLOURS[Tissue.PSOAS]}
    return replace(study.expected, colours=COLOURS | exchanged)
