"""Sources, one file each, found by listing this folder.

Each has `NAME` (what people call the tool), `SNIPPET` (that tool's configuration, with `{address}` where ours goes)
and `parse(payload) -> list[Signal]`.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from models.signal import Signal

Parse = Callable[[Any], list[Signal]]
NOT_A_SOURCE = {"mapped", "reading", "sns"}


@dataclass(frozen=True)
class Tool:
    """What a source's file holds. `parse` raises bot.sources.reading.Unreadable and nothing else."""

    name: str
    snippet: str
    parse: Parse

    def configuration(self, address: str) -> str:
        """What is to be pasted into the tool so that it sends to `address`."""
        return self.snippet.replace("{address}", address)


@cache
def tools() -> dict[str, Tool]:
    """Each source, by the kind that its file is named after."""
    kinds = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name not in NOT_A_SOURCE)
    files = {kind: importlib.import_module(f"{__name__}.{kind}") for kind in kinds}
    return {kind: Tool(file.NAME, file.SNIPPET, file.parse) for kind, file in files.items()}


def sources() -> dict[str, Parse]:
    """Each source's `parse`, by its kind."""
    return {kind: tool.parse for kind, tool in tools().items()}
