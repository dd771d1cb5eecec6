"""Sources, one file each, found by listing this folder: `parse(payload) -> list[Signal]`."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

from models.signal import Signal

Parse = Callable[[Any], list[Signal]]
NOT_A_SOURCE = {"reading"}


@cache
def sources() -> dict[str, Parse]:
    """Each source's `parse`, by the kind that its file is named after."""
    kinds = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name not in NOT_A_SOURCE)
    return {kind: importlib.import_module(f"{__name__}.{kind}").parse for kind in kinds}
