"""The context that jobs called by name work with; set once by the process that runs them."""

from bot.context import Context

_current: list[Context] = []


def use(context: Context) -> None:
    """Make `context` the one that jobs called by name work with."""
    _current[:] = [context]


def current() -> Context:
    return _current[0]
