"""The arithmetic of the ensemble, by hand."""

import numpy as np
import pytest

from inference.ct import CtSlice
from inference.ensemble import agree, entropy, join, labels_of, mean, mean_dice, segment
from inference.labels import Tissue
from inference.members.preprocessing import softmax
from inference.segmentation import Member, Probabilities
from tests.members import logits_of, prediction

CT = CtSlice(hu=np.zeros((1, 2), np.int16), spacing_mm=(1.0, 1.0), thickness_mm=5.0)


def pixels(*columns: tuple[float, float, float, float]) -> Probabilities:
    """Probabilities [class, 1, column] given per pixel."""
    return np.array(columns, np.float32).T[:, None]


def saying(probabilities: Probabilities) -> Member:
    return lambda ct: prediction(probabilities)


def test_the_rules_differ_where_one_member_is_very_sure() -> None:
    sure, unsure = pixels((0.999, 0.001, 0, 0)), pixels((0.2, 0.8, 0, 0))

    # mean of .999 and .2 is .5995; the geometric means are sqrt(.999 * .2) = .447 and sqrt(.001 * .8) = .028
    assert mean([sure, unsure])[:2, 0, 0] == pytest.approx([0.5995, 0.4005])
    joined = softmax(join([logits_of(sure), logits_of(unsure)]).astype(np.float32))
    assert joined[:2, 0, 0] == pytest.approx([0.9405, 0.0595], abs=1e-3)


def test_a_minority_that_is_very_sure_wins_by_logits_and_loses_by_probabilities() -> None:
    members = [saying(pixels(one)) for one in ((0.45, 0.55, 0, 0), (0.4, 0.6, 0, 0), (0.999, 0.001, 0, 0))]
    votes = [saying(pixels((0.001, 0.999, 0, 0))), *[saying(pixels((0.85, 0.15, 0, 0)))] * 2]

    assert segment(CT, members, "logit").labels[0, 0] == 0
    # probabilities: 1.701 / 3 against 1.299 / 3; logits: .001 * .85 * .85 against .999 * .15 * .15
    assert segment(CT, votes, "probability").labels[0, 0] == 0
    assert segment(CT, votes, "logit").labels[0, 0] == 1


def test_the_logit_rule_is_the_mean_of_logits_in_half_precision() -> None:
    logits = np.random.default_rng(0).normal(0, 5, (3, 4, 6, 7)).astype(np.float16)
    joined = join(list(logits))

    assert joined.dtype == np.float16
    assert np.allclose(joined, logits.astype(float).mean(axis=0), rtol=2e-3, atol=1e-2)


def test_joining_leaves_what_the_members_said_as_it_is() -> None:
    first, second = pixels((0.6, 0.4, 0, 0)), pixels((0.2, 0.8, 0, 0))
    one, other = logits_of(first), logits_of(second)
    before = one.copy()
    mean([first, second])
    join([one, other])

    assert first[:, 0, 0] == pytest.approx([0.6, 0.4, 0, 0])
    assert np.array_equal(one, before)


def test_a_segmentation_takes_the_most_probable_class_of_the_mean() -> None:
    one = pixels((0.6, 0.4, 0, 0), (0.1, 0.1, 0.1, 0.7))
    two = pixels((0.1, 0.9, 0, 0), (0.1, 0.1, 0.6, 0.2))
    found = segment(CT, [saying(one), saying(two)], "probability")

    assert found.labels.tolist() == [[1, 3]]
    assert found.labels.dtype == np.uint8


def test_a_single_member_has_nobody_to_agree_with() -> None:
    assert segment(CT, [saying(pixels((1, 0, 0, 0)))], "probability").agreement is None


def test_an_ensemble_without_members_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        segment(CT, [], "probability")


def test_agreement_is_the_mean_dice_of_all_pairs() -> None:
    maps = [np.array(row, np.uint8)[None] for row in ([1, 1, 0, 2], [1, 0, 0, 2], [0, 0, 0, 1])]
    found = agree(maps)

    # psoas: pairs (2,1 of which 1 shared) = 2/3, (2,1 of which 0) = 0, (1,1 of which 0) = 0
    assert found.per_tissue[Tissue.PSOAS] == pytest.approx(2 / 9)
    assert found.per_tissue[Tissue.PARASPINAL] == pytest.approx(1 / 3)
    assert found.per_tissue[Tissue.ABDOMINAL_WALL] == 1.0  # nobody sees any
    # union: 3, 2 and 1 pixels: 4/5, 2/4, 2/3
    assert found.overall == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3)


def test_equal_members_agree_fully() -> None:
    same = saying(pixels((0.1, 0.9, 0, 0), (0.2, 0, 0.8, 0)))
    agreement = segment(CT, [same, same, same], "logit").agreement

    assert agreement is not None
    assert agreement.overall == 1.0
    assert set(agreement.per_tissue.values()) == {1.0}


@pytest.mark.parametrize(("one", "other", "expected"), [([], [], 1.0), ([1], [], 0.0), ([1, 2], [2, 3], 0.5)])
def test_dice_by_hand(one: list[int], other: list[int], expected: float) -> None:
    assert mean_dice(np.stack([np.isin(np.arange(5), where) for where in (one, other)])) == expected


def test_the_spread_of_areas_is_their_standard_deviation_in_parts_of_their_mean() -> None:
    maps = [np.array(row, np.uint8)[None] for row in ([1, 1, 1, 0], [1, 0, 0, 0])]

    assert agree(maps).area_spread == pytest.approx(0.5)  # areas 3 and 1: 1 of 2


def test_entropy_is_0_where_the_ensemble_is_sure_and_1_where_it_knows_nothing() -> None:
    sure, lost = pixels((0, 1, 0, 0)), pixels((0.25, 0.25, 0.25, 0.25))

    assert entropy(sure, np.array([[1]], np.uint8)) == pytest.approx(0)
    assert entropy(lost, np.array([[1]], np.uint8)) == pytest.approx(1)
    assert entropy(sure, np.array([[0]], np.uint8)) is None


def test_equal_probabilities_go_to_the_lower_class() -> None:
    assert labels_of(pixels((0.25, 0.25, 0.25, 0.25))).tolist() == [[0]]
