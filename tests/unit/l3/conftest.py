"""The one real CT these tests look at."""

from pathlib import Path

import numpy as np
import pytest

from inference.ct import CtVolume

from .volumes import make_volume

REAL_CT = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "real_ct" / "ct.nii.gz"


@pytest.fixture(scope="session")
def real_ct() -> CtVolume:
    if not REAL_CT.is_file():
        pytest.skip("the real CT (shared/data/real_ct) is not beside this checkout")
    nibabel = pytest.importorskip("nibabel")
    image = nibabel.as_closest_canonical(nibabel.load(REAL_CT))
    hu = np.clip(np.asarray(image.dataobj), -1024, 3071).astype(np.int16)
    column_mm, row_mm, slice_mm = (float(mm) for mm in image.header.get_zooms())
    return make_volume(hu=hu.transpose(2, 1, 0)[:, ::-1, ::-1], spacing_mm=(slice_mm, row_mm, column_mm))
