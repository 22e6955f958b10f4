"""The rigid family: vertebrae as rigid bodies in a trunk of superellipses."""

from functools import partial

import numpy as np

from inference.phantom.population.body import Body, Mark
from inference.phantom.population.bones import paint_spine
from inference.phantom.population.canvas import Canvas
from inference.phantom.population.chain import Segment, spine_of
from inference.phantom.population.frame import paint_arms, paint_head, paint_pelvis, paint_ribs
from inference.phantom.population.person import Person
from inference.phantom.population.scanner import paint_table, scanned
from inference.phantom.population.trunk import Shape, paint_trunk, shape_of


def rigid_body(person: Person, rng: np.random.Generator) -> Body:
    """The body of a person in this family."""
    spine = spine_of(person, rng)
    shape = shape_of(person, spine)
    return Body(
        marks={
            s.name: Mark(centre=s.centre, half_mm=s.height / 2 * float(s.frame[2, 2]))
            for s in spine
            if s.region != "sacral"
        },
        crest_mm=20 * person.size + person.crest_mm,
        skin=shape.skin,
        paint=partial(_paint, person=person, spine=spine, shape=shape),
        scan=partial(scanned, person=person),
    )


def _paint(canvas: Canvas, *, person: Person, spine: tuple[Segment, ...], shape: Shape) -> None:
    """From the table inwards to the bones."""
    centre, half = shape.skin(60.0)
    paint_table(canvas, float(centre[1] + half[1]) + 4)
    paint_trunk(canvas, person, spine, shape)
    if person.arms_down:
        paint_arms(canvas, person, shape)
    paint_head(canvas, person, spine)
    paint_pelvis(canvas, person)
    paint_ribs(canvas, person, spine, shape)
    paint_spine(canvas, person, spine)
