"""Synthetic CT with truth, drawn from a seed; no patient was involved."""
