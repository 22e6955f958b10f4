from dataclasses import dataclass

import numpy as np
import pytest

from inference.labels import Tissue
from reporting.digest import digest_of
from tests.unit.reporting.factories import make_finding


@dataclass(frozen=True)
class Pair:
    left: object
    right: object


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1, 1.0),
        (1, True),
        (0, None),
        ("ab", b"ab"),
        (("a", "b"), ("ab",)),
        ((("a",), "b"), ("a", ("b",))),
        ({"a": 1}, {"a": 2}),
        (np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8)),
        (np.zeros(2, np.uint8), np.zeros(1, np.uint16)),
        (Pair(1, 2), Pair(2, 1)),
    ],
)
def test_different_values_have_different_digests(one: object, other: object) -> None:
    assert digest_of(one) != digest_of(other)


def test_the_order_of_a_mapping_does_not_count() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})


def test_a_strided_array_counts_as_its_values() -> None:
    array = np.arange(12, dtype=np.int16).reshape(3, 4)
    assert digest_of(array[:, ::-1]) == digest_of(np.ascontiguousarray(array[:, ::-1]))


def test_a_finding_has_a_digest_that_one_voxel_changes() -> None:
    found, other = make_finding(), make_finding()
    assert digest_of(found) == digest_of(other)
    other.source_labels[0, 0] = Tissue.PSOAS
    assert digest_of(found) != digest_of(other)


def test_a_value_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(TypeError, match="no digest"):
        digest_of(object())
