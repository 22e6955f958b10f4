"""Parcels out: the stored bytes, as they are."""
