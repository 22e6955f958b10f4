"""Find the axial slice at mid L3 from the CT alone: `locate(volume) -> L3Level`."""
