"""What is wrong with a file, each with its line and field."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong: the line (the first is 1), the field's path such as `routes[2].matchers`, and a text."""

    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.field}: {self.text}" if self.field else f"{self.line}: {self.text}"


class WrongFile(Exception):
    """A file that cannot be applied; `faults` are in the order of their lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("; ".join(map(str, self.faults)))


def printable(text: str) -> str:
    """`text` in one line, without anything that a terminal would obey."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """The end of a sentence about a wrong `word`: the most similar of the choices, if one is similar."""
    folded = {choice.casefold(): choice for choice in choices}
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f"; did you mean {folded[close[0]]}?" if close else ""
