"""What the panels say stands in the SR, a panel an item, and in one line on the key image; no verdict on a person."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from reporting import codes, wording
from reporting.key_image import render
from reporting.objects import objects
from tests.unit.reporting.factories import make_ct_header, make_finding, make_identity, make_judged
from tests.unit.reporting.peers import dciodvfy_errors


def texts(container: Dataset) -> list[tuple[str, str]]:
    """Code value and text of every TEXT item below."""
    found = []
    for item in container.get("ContentSequence", ()):
        if item.ValueType == "TEXT":
            found.append((item.ConceptNameCodeSequence[0].CodeValue, item.TextValue))
        found += texts(item)
    return found


def report(finding: object) -> list[tuple[str, str]]:
    from io import BytesIO

    from pydicom import dcmread

    made = {one.kind: one.data for one in objects(make_ct_header(), finding, make_identity())}  # type: ignore[arg-type]
    return texts(dcmread(BytesIO(made["sr"])))


def test_the_sr_states_each_panel_and_the_word_over_all_of_them() -> None:
    found = make_judged()
    told = report(found)
    each = [text for code, text in told if code == codes.PANEL.value]
    assert len(each) == len(found.panels) == 9
    assert any(text.startswith("Carey 2017 SMI: ") for text in each)
    assert all("numbers read: " in text for text in each)
    ((over_all),) = [text for code, text in told if code == codes.PANELS.value]
    assert over_all == wording.panels(found)


def test_without_limits_the_sr_says_why_no_panel_is_applied() -> None:
    told = report(make_finding())
    assert [text for code, text in told if code == codes.PANEL.value] == []
    assert "states no limits of agreement" in dict(told)[codes.PANELS.value]


def test_no_report_names_a_disease_or_calls_a_number_normal() -> None:
    for found in (make_judged(), make_finding()):
        told = " ".join(text for _, text in report(found)).lower()
        assert "sarcopeni" not in told
        assert "normal" not in told


def test_the_key_image_has_a_line_more_where_panels_are_applied() -> None:
    judged = make_judged()
    with_line, without = render(judged), render(make_finding(model=judged.model))
    assert not np.array_equal(with_line, without)
    assert "Cut-off panels: " in wording.panels(judged)


def test_dciodvfy_finds_no_error_in_a_report_with_panels(tmp_path: Path) -> None:
    for one in objects(make_ct_header(), make_judged(), make_identity()):
        assert dciodvfy_errors(one.data, tmp_path, one.kind) == []
