"""Options behind a subcommand: `name:value`, where a value with blanks stands in quotes."""

import re
from collections.abc import Collection

_OPTION = re.compile(
    r'(?:^|\s+)(?P<name>[a-z]+):(?:["“”](?P<quoted>(?:\\.|[^"“”\\])*)["“”]|(?P<bare>[^\s"“”]\S*))(?=\s|$)', re.DOTALL
)


def options(words: str, names: Collection[str]) -> tuple[str, dict[str, str]]:
    """What stands before the first option, and the options by name, each as it was typed.

    Raises ValueError, in one line without anything that was typed, for what is no option or stands there twice.
    """
    words = words.strip()
    first = next((each for each in _OPTION.finditer(words) if each["name"] in names), None)
    if first is None:
        return words, {}
    found, at = dict[str, str](), first.start()
    while at < len(words):
        option = _OPTION.match(words, at)
        if option is None or option["name"] not in names:
            raise ValueError(f"the options are {', '.join(f'{name}:' for name in names)}; quote what has blanks")
        if option["name"] in found:
            raise ValueError(f"{option['name']}: stands there twice")
        found[option["name"]] = option["quoted"] if option["quoted"] is not None else option["bare"]
        at = option.end()
    return words[: first.start()].strip(), found
