"""Sources, one file each, found by listing this folder.

Each has `NAME` (what people call the tool), `SNIPPET` (that tool's configuration, with `{address}` where ours goes)
and `parse(payload) -> list[Signal]`. A tool that signs what it sends says with `SIGNED_BY` in which header; one whose
requests come by way of Amazon SNS sets `OVER_SNS`. What each tool really sends stands in `payloads/<kind>/`.
"""

import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.signal import Signal

Parse = Callable[[Any], list[Signal]]
NOT_A_SOURCE = {"kinds", "mapped", "reading", "sns"}
SIGNED_BY = "X-Heed-Signature"
"""The header in which a sender without one of its own signs; see `bot.signatures`."""


@dataclass(frozen=True)
class Tool:
    """What a source's file holds. `parse` raises bot.sources.reading.Unreadable and nothing else."""

    name: str
    snippet: str
    parse: Parse
    payloads: Path
    signed_by: str = SIGNED_BY
    over_sns: bool = False

    def configuration(self, address: str) -> str:
        """What is to be pasted into the tool so that it sends to `address`."""
        return self.snippet.replace("{address}", address)

    def sample(self) -> list[Signal]:
        """The signals of a firing payload as the tool sends it."""
        return self.parse(json.loads((self.payloads / "firing.json").read_text(encoding="utf-8")))


@cache
def tools() -> dict[str, Tool]:
    """Each source, by the kind that its file is named after."""
    kinds = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name not in NOT_A_SOURCE)
    return {kind: _tool(kind, importlib.import_module(f"{__name__}.{kind}")) for kind in kinds}


def _tool(kind: str, file: Any) -> Tool:
    return Tool(
        name=file.NAME,
        snippet=file.SNIPPET,
        parse=file.parse,
        payloads=Path(file.__file__).with_name("payloads") / kind,
        signed_by=getattr(file, "SIGNED_BY", SIGNED_BY),
        over_sns=getattr(file, "OVER_SNS", False),
    )


def sources() -> dict[str, Parse]:
    """Each source's `parse`, by its kind."""
    return {kind: tool.parse for kind, tool in tools().items()}
