"""README's tables of kills and of waiting work, made from the CSV beside the tests.

`python -m tests.house.made_tables` writes them into the README; a test compares the two.
"""

from collections.abc import Callable

from tests.benchmarks import hosts as hosts_bench
from tests.benchmarks import work
from tests.chaos import hosts, matrix
from tests.factories import REPOSITORY

README = REPOSITORY / "README.md"
TABLES: dict[tuple[str, str], Callable[[], str]] = {
    ("<!-- python -m tests.chaos.matrix table -->\n", "<!-- end of the crash table -->"): lambda: matrix.table(
        matrix.read()
    ),
    ("<!-- python -m tests.benchmarks.work table -->\n", "<!-- end of the work table -->"): lambda: work.table(
        work.read()
    ),
    ("<!-- python -m tests.chaos.hosts table -->\n", "<!-- end of the table of hosts -->"): lambda: hosts.table(
        hosts.read()
    ),
    ("<!-- python -m tests.benchmarks.hosts table -->\n", "<!-- end of the bench of hosts -->"): lambda: (
        hosts_bench.table(hosts_bench.read())
    ),
}


def shown(readme: str, begin: str, end: str) -> str:
    """What the README shows between two marks."""
    return readme.partition(begin)[2].partition(end)[0]


def main() -> None:
    """Write the tables anew."""
    readme = README.read_text()
    for (begin, end), made in TABLES.items():
        readme = readme.replace(begin + shown(readme, begin, end) + end, f"{begin}\n{made()}\n\n{end}")
    README.write_text(readme)


if __name__ == "__main__":
    main()
