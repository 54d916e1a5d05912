"""How often may somebody guess? Counted in the cache, so for all web processes together; only failures count.

A guess is counted before it is checked, so that many at once don't slip through, and taken back when it was right.

- A browser that has signed in to the account before (`dashboard.device`) has a counter of its own, and no other limit.
- Any other browser has one for its address and the account together. Past that address's own limit each account has
  one try a minute from there: others behind the same address still get in. A last limit bounds the work.
- Guesses at one account from addresses where nobody has signed in to it of late are counted together: past that limit
  there is one try every few minutes, and one address has only a share of those.

Names are counted as they were typed, so an account that does not exist has the same limits.
"""

from __future__ import annotations

import contextlib
import hashlib
import unicodedata
from dataclasses import dataclass, field

from django.core.cache import cache

from dashboard.net.addresses import group_of, readable


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in so many seconds, counted from the first of them."""

    name: str
    failures: int
    seconds: int


DEVICE = Limit("device", 10, 300)
PAIR = Limit("pair", 5, 300)
ADDRESS = Limit("address", 20, 300)
WORK = Limit("work", 100, 300)
ACCOUNT = Limit("account", 20, 3600)
PASSWORD = Limit("password", 5, 300)
SET_UP = Limit("set-up", 20, 300)
# Of the tries at an account past its limit, those that one address may have: the rest is for other addresses.
SHARE = Limit("share", 3, 3600)
# One try in so many seconds, where a limit is passed that must not shut out who has the right password.
_TRY_OF_ADDRESS, _TRY_OF_ACCOUNT = 60, 180
_ADDRESS_IS_KNOWN = 30 * 24 * 3600
_ONCE_A_MINUTE = 60


class TooMany(Exception):
    """No try now. `unsaid` says how many were refused since this was last recorded; 0 when it need not be yet."""

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.unsaid = _refused(scope)


@dataclass(slots=True)
class Try:
    """One guess, counted as a failure until it turns out to be right."""

    counted: list[str] = field(default_factory=list)
    address_is_of: str = ""

    def count(self, limit: Limit, *whose: str) -> bool:
        """Count it; whether it is within the limit."""
        key = _key(limit.name, *whose)
        if _added(key, limit.seconds) <= limit.failures:
            self.counted.append(key)
            return True
        _subtract(key)
        return False

    def take_back(self) -> None:
        for key in self.counted:
            _subtract(key)
        self.counted.clear()

    def was_right(self) -> None:
        self.take_back()
        if self.address_is_of:
            cache.set(self.address_is_of, 1, _ADDRESS_IS_KNOWN)


def sign_in(name: str, address: str, device: str = "") -> Try:
    """One try to sign in to the account of that name; `device` is the browser's id, where that account knows it."""
    account, place = _folded(name), network(address)
    one = Try(address_is_of=_key("known", account, place))
    try:
        if device:
            _within(one.count(DEVICE, account, device), "device", account, device)
        else:
            _by_a_stranger(one, account, place)
    except TooMany:
        one.take_back()
        raise
    return one


def password(session: str) -> Try:
    """One try to say the current password, in a session; another session has its own."""
    one = Try()
    _within(one.count(PASSWORD, session), "password", session)
    return one


def set_up(address: str) -> None:
    """One set-up link that does not exist."""
    _within(Try().count(SET_UP, network(address)), "set-up", network(address))


def _by_a_stranger(one: Try, account: str, place: str) -> None:
    _within(one.count(WORK, place), "work", place)
    _within(one.count(PAIR, account, place), "pair", account, place)
    if not one.count(ADDRESS, place):
        _within(_a_turn(_TRY_OF_ADDRESS, account, place), "pair", account, place)
    if cache.get(one.address_is_of) is None and not one.count(ACCOUNT, account):
        _within(_a_turn_at(account, place), "account", account)


def _a_turn_at(account: str, place: str) -> bool:
    share = _key(SHARE.name, account, place)
    had = cache.get(share, 0)
    # What is no number was not put there by us.
    if not isinstance(had, int) or had >= SHARE.failures or not _a_turn(_TRY_OF_ACCOUNT, account):
        return False
    _added(share, SHARE.seconds)
    return True


def _within(allowed: bool, *scope: str) -> None:
    if not allowed:
        raise TooMany(_key("refused", *scope))


def _a_turn(seconds: int, *whose: str) -> bool:
    return bool(cache.add(_key("turn", *whose), 1, seconds))


def _added(key: str, seconds: int) -> int:
    for _again in range(3):
        cache.add(key, 0, seconds)
        try:
            return int(cache.incr(key))
        except ValueError:  # its time was over in between
            continue
    return 1


def _subtract(key: str) -> None:
    with contextlib.suppress(ValueError):  # its time is over
        cache.incr(key, -1)


def _refused(scope: str) -> int:
    """Count a refusal; how many there were since the last time that this was not 0, which is once a minute."""
    count = _added(scope, 24 * 3600)
    if not cache.add(f"{scope}:said", 1, _ONCE_A_MINUTE):
        return 0
    cache.delete(scope)
    return count


def _folded(name: str) -> str:
    """One spelling for all that the database takes for the same name; those of different names may fall together."""
    return unicodedata.normalize("NFKC", name.strip()).upper().casefold()


def network(address: str) -> str:
    """One client, as all limits count them."""
    return group_of(readable(address))


def _key(*parts: str) -> str:
    """No names and addresses in Redis, and no part that runs into the next."""
    digest = hashlib.sha256("\0".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
    return f"tries:{parts[0]}:{digest[:40]}"
