"""Who speaks for the client in a channel, and who for us."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Author:
    """Who has written: somebody of another Slack team (`external`), a guest of ours, a member of our group there."""

    external: bool
    guest: bool = False
    in_our_group: bool = False


@dataclass(frozen=True)
class Rules:
    """A watched channel's rules: guests are the client too; with `by_group` everybody but the group's members is."""

    guests: bool = False
    by_group: bool = False


def is_client(author: Author, rules: Rules) -> bool:
    """Whether what they write is the client's; bots and apps never get as far as this."""
    if rules.by_group:
        return not author.in_our_group
    return author.external or (rules.guests and author.guest)
