"""Panes of the key image: arrays and numbers in, pixels out.  No DICOM, no patient names, no fonts of the system."""
