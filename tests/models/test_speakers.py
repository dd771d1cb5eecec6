"""Who speaks for the client in a channel."""

import pytest

from models.speakers import Author, Rules, is_client

OURS, GUEST, OUTSIDER = Author(external=False), Author(external=False, guest=True), Author(external=True)
MEMBER = Author(external=False, in_our_group=True)
GUEST_MEMBER = Author(external=False, guest=True, in_our_group=True)


@pytest.mark.parametrize(
    ("author", "rules", "speaks"),
    [
        (OUTSIDER, Rules(), True),
        (OURS, Rules(), False),
        (GUEST, Rules(), False),
        (GUEST, Rules(guests=True), True),
        (OURS, Rules(guests=True), False),
        (OUTSIDER, Rules(guests=True), True),
        (OURS, Rules(by_group=True), True),
        (MEMBER, Rules(by_group=True), False),
        (OUTSIDER, Rules(by_group=True), True),
        (GUEST_MEMBER, Rules(guests=True, by_group=True), False),
    ],
)
def test_who_is_the_client(author: Author, rules: Rules, speaks: bool) -> None:
    assert is_client(author, rules) is speaks
