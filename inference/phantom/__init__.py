"""Synthetic CT with truth, drawn from a seed; no patient was involved."""

from inference.phantom.draw import Phantom, draw

__all__ = ["Phantom", "draw"]
