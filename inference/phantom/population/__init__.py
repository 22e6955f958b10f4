"""Many bodies with truth, for judging the L3 finder: independent of what the finder assumes, drawn on any grid.

Two families: "rigid" (vertebrae as rigid bodies chained by joint angles) and "bent" (a smooth centreline, other
vertebra shapes, other trunk, other noise).  Phantoms say nothing about patients.
"""

from inference.phantom.population.case import Case, Truth, draw_case
from inference.phantom.population.strata import NEGATIVE, STRATA, VARIANT

__all__ = ["NEGATIVE", "STRATA", "VARIANT", "Case", "Truth", "draw_case"]
