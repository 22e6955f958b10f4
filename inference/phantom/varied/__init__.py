"""Slices at L3 as varied as a network must expect: what the bundled model saw.  No patient was involved."""

from inference.phantom.varied.case import VariedCase, draw_varied

__all__ = ["VariedCase", "draw_varied"]
