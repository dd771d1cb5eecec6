"""Regular expressions over a label's value, in time linear in the value, whatever the pattern and whoever sent it.

Python's `re` backtracks: `(a|a)*b`, or four `.*` in a row, on a hostile label would stop a worker. Alertmanager's
expressions cannot do that (RE2), and neither can these: the pattern becomes an automaton with one bit for each of its
characters (Glushkov's construction) and all ways through it are followed at once. `re` only tests single characters.
What such an automaton cannot do (back-references, looking around) is refused with its place, as RE2 refuses it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from models.pattern_syntax import Choice, Node, One, Repeat, Sequence, read, size

MAX_LENGTH = 500
MAX_SIZE = 500
_MAX_CACHED = 5000
_FLAGS = re.compile(r"\(\?([is]+)\)")


@dataclass(frozen=True)
class _Part:
    """A part of the automaton: can it be empty, and the sets (bits) of characters that it begins and ends with."""

    empty: bool = True
    first: int = 0
    last: int = 0


class Pattern:
    """A compiled expression; it matches the whole value, and `.` is any character, a line's end too.

    Raises ValueError, in one line with the place, for what it does not understand or what is too large.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise ValueError(f"the pattern is too long: {len(text)} characters, at most {MAX_LENGTH}")
        flags = _FLAGS.match(text)
        ignore_case = re.IGNORECASE if flags and "i" in flags[1] else re.NOFLAG
        node = read(text, flags.end() if flags else 0)
        if size(node) > MAX_SIZE:
            raise ValueError("the pattern is too large: its repeats come to too many characters")
        self._flags = re.DOTALL | ignore_case
        self._tokens: dict[str, int] = {}
        self._follow: list[int] = []
        self._whole = self._build(node)
        self._tests = [(re.compile(token, self._flags), bits) for token, bits in self._tokens.items()]
        self._accepting: dict[str, int] = {}
        self._steps: dict[tuple[int, str], tuple[int, int]] = {}

    def matches(self, value: str) -> bool:
        if not value:
            return self._whole.empty
        here, allowed = 0, self._whole.first
        for character in value:
            here, allowed = self._step(allowed, character)
            if not here:
                return False
        return bool(here & self._whole.last)

    def ends(self, value: str, start: int = 0) -> Iterator[int]:
        """Where the matches of `value` that begin at `start` end, the shortest first; in time linear in `value`."""
        if self._whole.empty:
            yield start
        allowed = self._whole.first
        for at in range(start, len(value)):
            here, allowed = self._step(allowed, value[at])
            if not here:
                return
            if here & self._whole.last:
                yield at + 1

    def _step(self, allowed: int, character: str) -> tuple[int, int]:
        known = self._steps.get((allowed, character))
        if known is None:
            here = allowed & self._accepts(character)
            after = 0
            for place in _places(here):
                after |= self._follow[place]
            if len(self._steps) >= _MAX_CACHED:
                self._steps.clear()
            known = self._steps[allowed, character] = here, after
        return known

    def _accepts(self, character: str) -> int:
        bits = self._accepting.get(character)
        if bits is None:
            bits = 0
            for test, places in self._tests:
                if test.fullmatch(character):
                    bits |= places
            if len(self._accepting) >= _MAX_CACHED:
                self._accepting.clear()
            self._accepting[character] = bits
        return bits

    def _build(self, node: Node) -> _Part:
        match node:
            case One(token):
                bit = 1 << len(self._follow)
                self._follow.append(0)
                self._tokens[token] = self._tokens.get(token, 0) | bit
                return _Part(False, bit, bit)
            case Sequence(nodes):
                whole = _Part()
                for each in nodes:
                    whole = self._join(whole, self._build(each))
                return whole
            case Choice(nodes):
                chosen = _Part(empty=False)
                for part in map(self._build, nodes):
                    chosen = _Part(chosen.empty or part.empty, chosen.first | part.first, chosen.last | part.last)
                return chosen
            case Repeat(inner, low, high):
                return self._repeat(inner, low, high)

    def _repeat(self, node: Node, low: int, high: int | None) -> _Part:
        whole = _Part()
        for _ in range(low):
            whole = self._join(whole, self._build(node))
        if high is None:
            again = self._build(node)
            self._link(again.last, again.first)
            return self._join(whole, replace(again, empty=True))
        for _ in range(high - low):
            whole = self._join(whole, replace(self._build(node), empty=True))
        return whole

    def _join(self, left: _Part, right: _Part) -> _Part:
        self._link(left.last, right.first)
        return _Part(
            left.empty and right.empty,
            left.first | right.first if left.empty else left.first,
            left.last | right.last if right.empty else right.last,
        )

    def _link(self, before: int, after: int) -> None:
        for place in _places(before):
            self._follow[place] |= after


@lru_cache(maxsize=2000)
def pattern(text: str) -> Pattern:
    """The compiled expression, kept; raises ValueError as `Pattern` does."""
    return Pattern(text)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
