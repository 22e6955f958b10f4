"""Positions of the source slice that scanners do write."""

GEOMETRIES: dict[str, dict[str, object]] = {
    "supine": {},
    "prone": {"PatientPosition": "HFP", "ImageOrientationPatient": [-1, 0, 0, 0, -1, 0]},
    "feet first": {"PatientPosition": "FFS", "ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]},
    "negated cosine": {
        "ImageOrientationPatient": [1, 0, 0, 0, -1, 0],
        "ImagePositionPatient": [-215.25, 190.5, -512],
    },
    "oblique": {"ImageOrientationPatient": [0.984808, 0.173648, 0, -0.173648, 0.984808, 0]},
    "tilted": {"ImageOrientationPatient": [1, 0, 0, 0, 0.965926, -0.258819]},
    "far": {"ImagePositionPatient": ["-215.250000001", "-190.50000001", "-1512.1234567"]},
}
