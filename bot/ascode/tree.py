"""A YAML file as plain values, with the line of everything in it.

Scalars are read as the text that stands there, because YAML 1.1 makes minutes of `17:00`, true of `on` and a date of
`2026-11-23`. Only the fields of WHOLE are numbers and those of YES_NO true or false; an empty value, `~` and `null`
are None.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from bot.ascode.faults import Fault, WrongFile

WHOLE = {"version", "laps", "every"}
YES_NO = {"default", "continue", "guests", "rated"}
MOST_VALUES = 100_000
_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "merge", "value", "map", "seq")
}
_NUMBER = re.compile(r"[+-]?\d{1,9}")
_LAST = re.compile(r"(?:\[\d+\]|\.?[^.\[\]]+)$")
_WORDS = {
    "'\\t' that cannot start": "a tab stands here; indent with spaces",
    "cannot start any token": 'a text that begins with @ or ` needs quotes, such as "@alice"',
    "expected <block end>": "the indentation does not fit the lines above",
    "could not find expected ':'": "a field's name needs a colon after it",
    "mapping values are not allowed": "a colon is not allowed here: put the text in quotes, or mend the indentation",
    "expected ',' or": "a bracket is not closed, or a comma is missing",
    "expected the node content": "a value is missing",
    "unexpected end of stream": "a quote or a bracket is not closed",
}
"""What YAML's reader says, and what that means in a file of ours."""


@dataclass(frozen=True)
class Tree:
    """A file's values, and the line of each path such as `policies[0].laps`; `faults` are wrong but could be read."""

    value: Any
    lines: dict[str, int]
    faults: tuple[Fault, ...]

    def fault(self, path: str, text: str) -> Fault:
        """Something wrong at `path`, in the line of the nearest place around it that is in the file."""
        near = path
        while near and near not in self.lines:
            near = _LAST.sub("", near) if _LAST.search(near) else ""
        return Fault(self.lines.get(near, 1), path, text)


def parse(text: str) -> Tree:
    """The values of a YAML text; raises WrongFile for what is no YAML, holds nothing, or is too much."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise WrongFile([Fault(1, "", "the file is empty; it begins with version: 1")])
        builder = _Builder()
        value = builder.value(node, "", "", ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise WrongFile([Fault(mark.line + 1 if mark else 1, "", _in_words(error))]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise WrongFile([Fault(line, "", f"the character {chr(error.character)!r} is not allowed")]) from None
    except RecursionError:
        raise WrongFile([Fault(1, "", "the values are nested too deeply")]) from None
    return Tree(value, builder.lines, tuple(builder.faults))


def _in_words(error: yaml.MarkedYAMLError) -> str:
    """What the reader of YAML stumbled over, in words of the file where that is known."""
    problem = str(error.problem or error.context)
    return next((words for sign, words in _WORDS.items() if sign in problem), problem)


class _Builder:
    def __init__(self) -> None:
        self.lines: dict[str, int] = {"": 1}
        self.faults: list[Fault] = []
        self._count = 0

    def value(self, node: yaml.Node, path: str, key: str, around: tuple[yaml.Node, ...]) -> Any:
        """The value of `node`, which stands at `path` under the field `key`, within the nodes `around` it."""
        self._count += 1
        if self._count > MOST_VALUES:
            raise WrongFile([Fault(node.start_mark.line + 1, path, f"there are more than {MOST_VALUES} values")])
        if node.tag not in _TAGS:
            self._say(node, path, f"the tag {node.tag.replace('tag:yaml.org,2002:', '!!')} means nothing here")
        if any(node is each for each in around):
            self._say(node, path, "stands within itself")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, (*around, node))
        if isinstance(node, yaml.SequenceNode):
            return self._list(node, path, (*around, node))
        return _scalar(node, key) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: str, around: tuple[yaml.Node, ...]) -> dict[str, Any]:
        found = dict[str, Any]()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._say(key, path, "a field's name must be a word")
                continue
            name, place = key.value, under(path, key.value)
            if name in found:
                self._say(key, place, f"stands here twice, first in line {self.lines[place]}")
                continue
            self.lines[place] = key.start_mark.line + 1
            found[name] = self.value(value, place, name, around)
        return found

    def _list(self, node: yaml.SequenceNode, path: str, around: tuple[yaml.Node, ...]) -> list[Any]:
        found = list[Any]()
        for number, each in enumerate(node.value):
            place = f"{path}[{number}]"
            self.lines[place] = each.start_mark.line + 1
            found.append(self.value(each, place, "", around))
        return found

    def _say(self, node: yaml.Node, path: str, text: str) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, path, text))


def under(path: str, field: str) -> str:
    """The path of a field of what stands at `path`."""
    return f"{path}.{field}" if path else field


def _scalar(node: yaml.ScalarNode, key: str) -> str | int | bool | None:
    text = str(node.value)
    if node.style is not None:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if key in WHOLE and _NUMBER.fullmatch(text):
        return int(text)
    if key in YES_NO and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text
