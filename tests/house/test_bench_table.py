"""The README's figures of reception are those of the raw rounds beside it."""

from typing import Any

from tests.benchmarks.table import README, receive_table, shown, sustained_line, text


def row(**overrides: Any) -> dict[str, str]:
    """A raw round as the CSV gives it back."""
    told = {
        "commit": "abc1234",
        "receiver": "dcmtk",
        "version": "DCMTK 3.6.7",
        "round": 0,
        "associations": 1,
        "images": 100,
        "image_bytes": 524_852,
        "answered_s": 0.5,
        "rows_s": "",
        "cpu_s": 0.1,
        "cores": 2,
        "disk": "ext4",
    }
    return {name: str(value) for name, value in (told | overrides).items()}


def test_the_readme_shows_the_figures_of_the_committed_rounds() -> None:
    assert shown(README.read_text()).strip() == text()


def test_a_line_of_the_table_is_the_median_of_the_rounds() -> None:
    table = receive_table([row(round=n, answered_s=s, cpu_s=s) for n, s in enumerate((0.5, 0.2, 0.25))])
    assert "| 400 (200 to 500) |  | 2.50 (2.00 to 5.00) |  |" in table
    assert "of 3 alternating rounds, 100 images of 525 KB each" in table


def test_rows_have_a_line_of_their_own() -> None:
    table = receive_table([row(receiver="l3node", associations=4, rows_s=1)])
    assert "| l3node, rows committed | yes |  | 100 (100 to 100) |  |  |" in table


def test_a_sustained_run_is_told_with_its_memory() -> None:
    run = row(batch=1200, images=48_000, answered_s=160, rows_s=192)
    memory = {"rss_first_mb": "150.0", "rss_max_mb": "160.0", "rss_last_mb": "155.0"}
    assert "48,000 images in a row, four associations: 300 images/s answered, 250 with" in sustained_line(
        [run | memory]
    )


def test_the_speed_is_told_in_times_of_others_beside_its_goals() -> None:
    others = [
        row(receiver=name, associations=n, answered_s=s) for name, s in (("l3node", 1), ("dcmtk", 2)) for n in (1, 4)
    ]
    assert "2.00 x DCMTK, which syncs nothing with one association, 2.00 x with four (goals 1.0" in receive_table(
        others
    )
