"""What a person may write after `--where`: an expression over the columns of the view `cohort`, and nothing else.

Read word by word: what is not a column, a literal, an operator or one of a few words of SQL is refused.  So it can
neither write nor look elsewhere nor wait; the connection that runs it could not either (`db.questions`).
"""

import re
from collections.abc import Iterator

from db.cohort import NAMES

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<sign><=|>=|<>|!=|\|\||[=<>+\-*/%(),]))"
)
WORDS = frozenset(
    "and or not in is null between like true false case when then else end"
    " abs round lower upper length coalesce nullif substr".split()
)
"""Words and functions that both databases know and that can do no harm."""
LONGEST = 4000


class Refused(Exception):
    """The expression says something that it may not; the message says what."""


class TooSlow(Refused):
    """The database gave no answer in the time that it had."""


def checked(expression: str) -> str:
    """The expression, written anew from its words; raises `Refused`."""
    if len(expression) > LONGEST:
        raise Refused(f"--where takes at most {LONGEST} characters")
    words = list(_words(expression))
    if not words:
        raise Refused("--where is empty")
    _balanced(words)
    return " ".join(words)


def _words(expression: str) -> Iterator[str]:
    at, text = 0, expression.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise Refused(f"--where can't use {text[at:].lstrip()[:12]!r}; it takes an expression over columns")
        word = found["word"]
        if word and word.lower() not in WORDS and word.lower() not in NAMES:
            raise Refused(f"--where does not know {word!r}; `l3node cohort columns` tells the columns")
        yield found[0].strip()
        at = found.end()


def _balanced(words: list[str]) -> None:
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth < 0:
            break
    if depth:
        raise Refused("--where has brackets that do not match")
