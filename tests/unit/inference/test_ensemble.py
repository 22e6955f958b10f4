"""The arithmetic of the ensemble, by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.ct import CtSlice
from inference.ensemble import agree, dice, join, labels_of, segment
from inference.labels import Tissue
from inference.segmentation import Member, Probabilities

CT = CtSlice(hu=np.zeros((1, 2), np.int16), spacing_mm=(1.0, 1.0), thickness_mm=5.0)


def pixels(*columns: tuple[float, float, float, float]) -> Probabilities:
    """Probabilities [class, 1, column] given per pixel."""
    return np.array(columns, np.float32).T[:, None]


def saying(probabilities: Probabilities) -> Member:
    return lambda ct: probabilities


def test_the_rules_differ_where_one_member_is_very_sure() -> None:
    sure, unsure = pixels((0.999, 0.001, 0, 0)), pixels((0.2, 0.8, 0, 0))

    # mean of .999 and .2 is .5995; the geometric means are sqrt(.999 * .2) = .447 and sqrt(.001 * .8) = .028
    assert join([sure, unsure], "probability")[:2, 0, 0] == pytest.approx([0.5995, 0.4005])
    assert join([sure, unsure], "logit")[:2, 0, 0] == pytest.approx([0.9405, 0.0595], abs=1e-4)


def test_three_lukewarm_members_win_by_logits_and_lose_by_probabilities() -> None:
    maps = [pixels((0.5, 0.5, 0, 0)), pixels((0.9, 0.1, 0, 0)), pixels((0.04, 0.96, 0, 0))]

    # probabilities: 1.44 / 3 against 1.56 / 3; logits: .5 * .9 * .04 = .018 against .5 * .1 * .96 = .048
    assert join(maps, "probability")[0, 0, 0] == pytest.approx(0.48)
    assert join(maps, "logit")[0, 0, 0] == pytest.approx(0.018 ** (1 / 3) / (0.018 ** (1 / 3) + 0.048 ** (1 / 3)))


def test_the_logit_rule_is_the_mean_of_logits() -> None:
    logits = np.random.default_rng(0).normal(0, 5, (3, 4, 6, 7)).astype(np.float32)
    exponential = np.exp(logits)
    maps = list(exponential / exponential.sum(axis=1, keepdims=True))
    mean = np.exp(logits.mean(axis=0))

    assert np.allclose(join(maps, "logit"), mean / mean.sum(axis=0), atol=1e-6)


def test_a_probability_of_zero_does_not_break_the_logit_rule() -> None:
    joined = join([pixels((1, 0, 0, 0)), pixels((0.3, 0.7, 0, 0))], "logit")

    assert np.isfinite(joined).all()
    assert joined.sum(axis=0) == pytest.approx(1)


def test_joining_leaves_the_maps_of_the_members_as_they_are() -> None:
    first = pixels((0.6, 0.4, 0, 0))
    join([first, pixels((0.2, 0.8, 0, 0))], "probability")

    assert first[:, 0, 0] == pytest.approx([0.6, 0.4, 0, 0])


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
    def mask(where: list[int]) -> NDArray[np.bool_]:
        return np.isin(np.arange(5), where)

    assert dice(mask(one), mask(other)) == expected


def test_equal_probabilities_go_to_the_lower_class() -> None:
    assert labels_of(pixels((0.25, 0.25, 0.25, 0.25))).tolist() == [[0]]
