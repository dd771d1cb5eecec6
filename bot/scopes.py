"""What Heed asks of a workspace: the scopes of `manifest.yml`, which a test holds against this."""

from collections.abc import Iterable

SCOPES = (
    "channels:history", "channels:read", "chat:write", "commands", "dnd:read", "files:write", "groups:history",
    "groups:read", "im:history", "im:write", "reactions:read", "team:read", "usergroups:read", "users:read",
)  # fmt: skip


def missing(granted: Iterable[str]) -> list[str]:
    """The scopes that Heed works with and was not given."""
    given = set(granted)
    return [scope for scope in SCOPES if scope not in given]
