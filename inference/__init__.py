"""HU array -> L3 -> labels.  Knows no DICOM, no database, no network."""
