"""What is said after an installation: the steps, what is left from before, and names from outside as mere words."""

from typing import Any

import pytest

from bot.views.notices import notice

HOUSE: dict[str, Any] = {"workspace": "Northwind", "first": True, "org": False, "open": 0}


def test_the_first_steps() -> None:
    said = notice("installed", HOUSE).text
    for words in ("*Northwind*", "`/heed test`", "`/heed watch #acme", "`/heed source`", "`/heed admins`"):
        assert words in said
    assert "organisation" not in said


def test_an_organisation_is_called_one() -> None:
    assert (
        "*Globocorp*, the whole organisation"
        in notice("installed", HOUSE | {"workspace": "Globocorp", "org": True}).text
    )


@pytest.mark.parametrize(
    ("left", "words"), [(0, "again. `/heed help`"), (1, "1 alert is still open"), (7, "7 alerts are still open")]
)
def test_installed_again_says_what_is_left(left: int, words: str) -> None:
    assert words in notice("installed", HOUSE | {"first": False, "open": left}).text


@pytest.mark.parametrize("first", [True, False])
def test_a_hostile_name_mentions_and_links_nobody(first: bool) -> None:
    said = notice("installed", HOUSE | {"workspace": "<!channel> *<https://evil|x>*", "first": first})
    assert "<!" not in said.text
    assert "<http" not in said.text
    assert "&lt;!channel&gt;" in said.text


def test_missing_scopes_are_named_with_what_to_do() -> None:
    one, two = (notice("scopes_missing", {"missing": names}).text for names in (["dnd:read"], ["dnd:read", "commands"]))
    assert "`dnd:read` is missing" in one
    assert "`dnd:read`, `commands` are missing" in two
    assert "install the app again" in one
