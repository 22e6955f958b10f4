"""The bent family: vertebrae as intervals of a smooth centreline, in a trunk of wavy outline, by another scanner."""

from functools import partial

import numpy as np

from inference.phantom.population.bent_bones import paint_pelvis, paint_ribs, paint_skull, paint_spine
from inference.phantom.population.bent_course import Course, course_of
from inference.phantom.population.bent_trunk import Outline, outline_of, paint_trunk, scanned
from inference.phantom.population.body import Body, Mark
from inference.phantom.population.canvas import Canvas
from inference.phantom.population.person import Person


def bent_body(person: Person, rng: np.random.Generator) -> Body:
    """The body of a person in this family."""
    course = course_of(person, rng)
    outline = outline_of(person, course, rng)
    return Body(
        marks={name: _mark(course, place) for place, name in enumerate(course.names)},
        crest_mm=48 * person.size + person.crest_mm,
        skin=outline.skin,
        paint=partial(_paint, person=person, course=course, outline=outline),
        scan=partial(scanned, person=person),
    )


def _mark(course: Course, place: int) -> Mark:
    low, high = course.body_ends(place)
    upright = float(np.interp((low + high) / 2, course.s, course.tangent[:, 2]))
    return Mark(
        centre=course.point((low + high) / 2, course.body_ahead(place), 0.0), half_mm=(high - low) / 2 * upright
    )


def _paint(canvas: Canvas, *, person: Person, course: Course, outline: Outline) -> None:
    """From the skin inwards to the bones."""
    paint_trunk(canvas, person, course, outline)
    paint_pelvis(canvas, person)
    paint_ribs(canvas, person, course, outline)
    paint_skull(canvas, person, course)
    paint_spine(canvas, person, course)
