"""Passwords: argon2id hashes, and a wait for who guesses."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters of a password (NIST SP 800-63B asks for 8; nothing else is asked for)."""
LONGEST = 1024
FREE_TRIES, LONGEST_WAIT_S, MOST_REMEMBERED = 5, 900, 10_000
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""Hash of no password: a name that does not exist costs as long as one that does."""


def hashed(password: str) -> str:
    """Argon2id hash with its parameters and salt."""
    return PasswordHasher().hash(password)


_AT_ONCE = threading.BoundedSemaphore(2)
"""Each try takes 64 MiB: strangers must not have them all at once."""


def fits(password: str, stored: str | None) -> bool:
    """Whether a password is the one of a hash; takes as long without one."""
    try:
        with _AT_ONCE:
            return PasswordHasher().verify(stored or NOBODY, password[:LONGEST]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


class Guesses:
    """Counts failed sign-ins per name and per address: after five, a wait that doubles up to 15 min."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failed: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> timedelta:
        """How long until another try is heard."""
        with self._lock:
            ends = [self._ends(*self._failed[key]) for key in keys if key in self._failed]
        return max([end - self._now() for end in ends], default=timedelta())

    def failed(self, *keys: str) -> None:
        """Another failure."""
        with self._lock:
            for key in keys:
                count, _ = self._failed.pop(key, (0, None))
                self._failed[key] = (count + 1, self._now())
            while len(self._failed) > MOST_REMEMBERED:
                self._failed.popitem(last=False)

    def succeeded(self, *keys: str) -> None:
        """Forget the failures."""
        with self._lock:
            for key in keys:
                self._failed.pop(key, None)

    @staticmethod
    def _ends(count: int, last: datetime) -> datetime:
        over = count - FREE_TRIES
        return last + timedelta(seconds=min(2.0 ** min(over, 20), LONGEST_WAIT_S) if over >= 0 else 0)
