"""A token of a program: made, shown once, used, listed and revoked in Slack."""

import re

import requests

from tests.world import World, everything


def told(world: World, who: str, words: str) -> str:
    """The words, and nothing else, that answer a command."""
    return world.heed(who, words).rsplit("\n", 1)[0]


def test_a_program_acknowledges_in_the_name_of_the_admin_who_made_its_token(world: World) -> None:
    world.policy("alice", "bob", laps=1)
    assert told(world, "alice", "token") == "There is no token. Make one with `/heed token new grafana-dashboard`."
    shown = told(world, "alice", "token new wall-board")
    (secret,) = set(re.findall(r"heed_[\w-]+", shown))
    assert "It is shown only now" in shown
    assert re.fullmatch(
        r"\*Tokens\*\n• `wall-board` made by <@U0ALICE> <!date\^.*?> · never used\nRevoke one with .*",
        told(world, "bob", "token list"),
    )
    world.signal("Disk full")
    bearer = {"Authorization": f"Bearer {secret}"}
    answered = requests.patch(
        f"{world.url}/api/alerts/1", json={"status": "acknowledged", "epoch": 1}, headers=bearer, timeout=10
    )
    assert answered.json()["changed"] is True
    world.settle()
    assert "Acknowledged by <@U0ALICE>" in everything(world.pages("alice")[-1])
    world.forward(minutes=30)
    world.expect_no_page("bob")
    assert "acknowledged by <@U0ALICE> with the token `wall-board`" in world.heed("alice", "show 1")
    assert "last used <!date^" in told(world, "alice", "token")
    assert told(world, "bob", "token revoke Wall-Board") == (
        "The token `wall-board` is revoked: it is refused from now on."
    )
    refused = requests.get(f"{world.url}/api/alerts", headers=bearer, timeout=10)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="heed"')
    assert "this token is not known, or was revoked" in refused.json()["error"]


def test_tokens_are_for_admins_and_what_is_not_understood_makes_none(world: World) -> None:
    for words in ("token", "token new mine", "token revoke mine"):
        assert told(world, "charlie", words) == ("Only admins may see, make and revoke tokens. Nothing has changed.")
    assert "No token was made: a name has 1 to 60 letters" in told(world, "alice", "token new")
    assert told(world, "alice", "token revoke nothing") == "There is no token `nothing`. `/heed token` lists them."
    assert told(world, "alice", "token revoke").startswith("Which one?")
    assert "`/heed token new NAME` makes one" in told(world, "alice", "token shred all")
    assert told(world, "alice", "token").startswith("There is no token.")
