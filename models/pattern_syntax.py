"""What a regular expression says: the reader of `pattern`'s syntax, the part that `re` and RE2 have in common."""

import re
from dataclasses import dataclass

MAX_REPEAT = 200
MAX_DEPTH = 20

_COUNT = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|[dDwWsSnrtfv]|\W)", re.DOTALL)
_CLASS_PART = re.compile(r"(\\(?:[dDwWsSnrtfvx]|\W))|(\\.)|([\[&~|])", re.DOTALL)


@dataclass(frozen=True)
class One:
    """One character, as an expression for `re`."""

    token: str


@dataclass(frozen=True)
class Sequence:
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Choice:
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Repeat:
    node: "Node"
    low: int
    high: int | None


Node = One | Sequence | Choice | Repeat


def read(text: str, at: int = 0) -> Node:
    """The expression that `text` spells from `at` on; raises ValueError with the place of what is not understood."""
    return _Reader(text, at).read()


def size(node: Node) -> int:
    """How many places the automaton gets; nothing counts as one, so that repeating it is bounded too."""
    match node:
        case One():
            return 1
        case Sequence(nodes) | Choice(nodes):
            return max(1, sum(map(size, nodes)))
        case Repeat(inner, low, high):
            return size(inner) * (low + 1 if high is None else max(1, high))


class _Reader:
    """Reads choice := sequence ("|" sequence)*; sequence := (single ("*" | "+" | "?" | "{n,m}")?)*."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at, self.depth = text, at, 0

    def read(self) -> Node:
        node = self._choice()
        if self.at < len(self.text):
            raise self._wrong('")" without "("')
        return node

    def _choice(self) -> Node:
        nodes = [self._sequence()]
        while self._take("|"):
            nodes.append(self._sequence())
        return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))

    def _sequence(self) -> Node:
        if self.depth == 0:
            self._take("^")
        nodes: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            if self.depth == 0 and self.text[self.at] == "$" and self.text[self.at + 1 : self.at + 2] in ("", "|"):
                self.at += 1
                break
            nodes.append(self._repeated(self._single()))
        return Sequence(tuple(nodes))

    def _repeated(self, node: Node) -> Node:
        if self._take("*"):
            found = Repeat(node, 0, None)
        elif self._take("+"):
            found = Repeat(node, 1, None)
        elif self._take("?"):
            found = Repeat(node, 0, 1)
        elif count := _COUNT.match(self.text, self.at):
            found = self._counted(node, count)
        else:
            return node
        self._take("?")  # lazy or not: the whole value matches or it does not
        if self.text[self.at : self.at + 1] in ("*", "+", "?") or _COUNT.match(self.text, self.at):
            raise self._wrong("a repeat of a repeat; put the first into ( )")
        return found

    def _counted(self, node: Node, count: re.Match[str]) -> Repeat:
        low = int(count[1])
        high = int(count[3]) if count[3] else (None if count[2] else low)
        if max(low, high or 0) > MAX_REPEAT or (high is not None and high < low):
            raise self._wrong(f"{count[0]} is no range of at most {MAX_REPEAT}")
        self.at = count.end()
        return Repeat(node, low, high)

    def _single(self) -> Node:
        character = self.text[self.at]
        if character == "(":
            return self._group()
        if character == "[":
            return self._class()
        if character == "\\":
            escape = _ESCAPE.match(self.text, self.at)
            if escape is None:
                raise self._wrong(f"{self.text[self.at : self.at + 2]} is not supported")
            self.at = escape.end()
            return One(escape[0])
        if character in "^$":
            raise self._wrong(
                f"{character} is not needed, the whole value is compared; for the sign write \\{character}"
            )
        if character in "*+?{":
            raise self._wrong(f"{character} has nothing to repeat; for the sign write \\{character}")
        self.at += 1
        return One("." if character == "." else re.escape(character))

    def _group(self) -> Node:
        opened = self.at
        if self.text.startswith("(?", opened) and not self.text.startswith("(?:", opened):
            raise self._wrong(
                f"{self.text[opened : opened + 3]} is not supported; (?i) may stand at the very beginning"
            )
        if self.depth == MAX_DEPTH:
            raise self._wrong(f"more than {MAX_DEPTH} brackets within each other")
        self.at += 3 if self.text.startswith("(?:", opened) else 1
        self.depth += 1
        node = self._choice()
        self.depth -= 1
        if not self._take(")"):
            self.at = opened
            raise self._wrong('"(" without ")"')
        return node

    def _class(self) -> Node:
        found = _CLASS.match(self.text, self.at)
        if found is None:
            raise self._wrong('"[" without "]"')
        if "[:" in found[0] or "--" in found[0] or any(each[2] for each in _CLASS_PART.finditer(found[0])):
            raise self._wrong(f"{found[0]} is not supported: no [: :], no -- and only the usual \\ within [ ]")
        # `re` warns of signs that it may one day use for sets of sets.
        token = "[" + _CLASS_PART.sub(lambda each: each[1] or "\\" + each[3], found[0][1:])
        try:
            re.compile(token)
        except re.error as error:
            raise self._wrong(f"{found[0]}: {error.msg}") from None
        self.at = found.end()
        return One(token)

    def _take(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"character {self.at + 1} of the pattern: {what}")
