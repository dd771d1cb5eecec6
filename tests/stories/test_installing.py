"""Many workspaces: Heed is added to Slack, added again, taken away; what becomes of one concerns no other."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from pydantic import SecretStr
from sqlalchemy import event, select

from bot.installed import SECONDS
from models.actions import workspaces
from models.actions.plans import save_policy
from models.config import Settings
from models.plan import Level, Plan, Target, TargetKind
from models.seal import Seal
from models.tables import Alert, Conversation, Notice, Page, Person, Policy, Workspace
from models.words import PageState, Role, Status
from simulator.acting import Visit
from tests.world import World, everything

OURS = "http://heed.example.com"
ERIN, HEIDI = "T0SOUTHWIND/U0SOUTHWERIN", "T0SOUTHWIND/U0SOUTHWHEIDI"

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """SLACK_BOT_TOKEN and “Add to Slack” together."""
    return settings.model_copy(
        update={
            "slack_client_id": "1000.app",
            "slack_client_secret": SecretStr("client-secret-app"),
            "heed_base_url": OURS,
        }
    )


@pytest.fixture
def south(world: World) -> Visit:
    """A second workspace: erin owns it, frank is an admin, heidi a member. Heed is not there yet."""
    world.slack.app().redirect_urls = [OURS]
    return world.slack.add_workspace("Southwind")


def add(world: World, place: str) -> str:
    """Somebody adds Heed to Slack; returns the page that they end on. People are imported, and notices sent."""
    browser = requests.Session()
    button = re.search(r'class="button" href="([^"]+)"', browser.get(f"{world.url}/slack/install", timeout=10).text)
    assert button is not None
    address = button.group(1).replace("&amp;", "&")
    sent = requests.post(address, data={"answer": "allow", "place": place}, allow_redirects=False, timeout=10)
    back = urlsplit(sent.headers["Location"])
    page = browser.get(f"{world.url}{back.path}?{back.query}", timeout=10).text
    world.sync()
    world.settle()
    return page


def told(visit: Visit, who: str) -> list[str]:
    """What Heed has written to somebody."""
    return [everything(each) for each in visit.dm(who) if each.ephemeral_to is None]


def page(world: World, visit: Visit, who: str, words: str) -> None:
    """Somebody types `/heed page …`, and everything happens that follows."""
    before = len(ephemeral(visit, who))
    answer = visit.command(who, "ops", f"/heed page {words}")
    assert answer.ok, answer.problem
    world.slack.wait_for(lambda: len(ephemeral(visit, who)) > before)
    world.settle()


def ephemeral(visit: Visit, who: str) -> list[str]:
    user = visit.user(who).id
    return [each.text for each in visit.messages("ops", user=who) if each.ephemeral_to == user]


def row(world: World, team_id: str = "T0SOUTHWIND") -> Workspace:
    with world.context.db.begin() as session:
        return session.scalars(select(Workspace).where(Workspace.team_id == team_id)).one()


def role(world: World, visit: Visit, who: str) -> Role:
    with world.context.db.begin() as session:
        return session.scalars(select(Person.role).where(Person.slack_id == visit.user(who).id)).one()


# adding


def test_a_first_installation_imports_people_and_tells_the_installer_what_to_do(world: World, south: Visit) -> None:
    assert "Heed is in Southwind" in add(world, HEIDI)
    assert [role(world, south, who) for who in ("erin", "frank", "heidi")] == [Role.ADMIN] * 3
    (welcome,) = told(south, "heidi")
    for words in ("you are an admin of mine", "*Southwind*", "/heed test", "/heed watch", "/heed source"):
        assert words in welcome
    assert told(south, "erin") == []
    found = row(world)
    assert (found.installed_by, found.is_org, found.url) == (
        "U0SOUTHWHEIDI", False, "https://southwind.slack.com/"
    )  # fmt: skip
    assert set(found.scopes.split(",")) == set(south.app().scopes)


def test_the_workspace_of_the_token_stays_connected_and_each_pages_its_own_people(world: World, south: Visit) -> None:
    add(world, ERIN)
    page(world, south, "erin", "@frank Disk full in the south")
    assert "Disk full in the south" in told(south, "frank")[-1]
    world.expect_no_page("alice")
    world.heed("alice", "page @bob Disk full in the north")
    world.expect_page("bob", "Disk full in the north")
    assert len(told(south, "frank")) == 1


def test_scopes_that_were_not_given_are_told_to_the_installer_and_once_to_the_admins(
    world: World, south: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.slack.core.installing.authorize

    def fewer(client_id: str, team_id: str, user: str, scopes: list[str], redirect_uri: str) -> str:
        given = [each for each in scopes if each not in ("dnd:read", "files:write")]
        return real(client_id, team_id, user, given, redirect_uri)

    monkeypatch.setattr(world.slack.core.installing, "authorize", fewer)
    assert "Heed was not given dnd:read, files:write" in add(world, ERIN)
    assert "`dnd:read`, `files:write` are missing" in told(south, "frank")[-1]
    world.sync()
    world.settle()
    assert len(told(south, "frank")) == 1
    assert not [each for each in told(world.slack.inside("Northwind"), "alice") if "missing" in each]


def test_adding_it_again_renews_what_is_held_back_and_makes_nobody_an_admin(world: World, south: Visit) -> None:
    add(world, ERIN)
    known = world.app.extensions["installations"]
    before = known.find("T0SOUTHWIND", "")
    with world.context.db.begin() as session:
        workspaces.hold_back(session, row(world).id, row(world).installed_at.replace(year=2100))
    assert "Heed is in Southwind again" in add(world, HEIDI)
    found = row(world)
    assert (found.retry_at, found.failures, found.installed_by) == (None, 0, "U0SOUTHWHEIDI")
    assert known.find("T0SOUTHWIND", "") is not before, "looked up anew"
    assert role(world, south, "heidi") is Role.MEMBER
    assert "I am installed in *Southwind* again." in told(south, "heidi")[-1]


def test_a_token_sealed_with_a_key_that_is_lost_is_replaced_by_adding_it_again(world: World, south: Visit) -> None:
    add(world, ERIN)
    with world.context.db.begin() as session:
        session.get_one(Workspace, row(world).id).token = Seal("a key that is lost for ever").close("xoxb-1")
    page_of = add(world, ERIN)
    assert "again" in page_of
    assert world.context.seal.open(row(world).token) == south.app().bot_token


# taking away


def test_after_it_is_taken_away_nothing_is_sent_and_the_other_workspace_goes_on(world: World, south: Visit) -> None:
    add(world, ERIN)
    page(world, south, "erin", "@frank Disk full in the south")
    world.heed("alice", "page @bob Disk full in the north")
    token, calls = south.app().bot_token, len(world.slack.calls())
    south.uninstall()
    world.slack.wait_for(lambda: row(world).uninstalled_at)
    world.sweep()
    world.forward(minutes=5)
    assert [each["method"] for each in world.slack.calls()[calls:] if each["token"] == token] == []
    world.expect_page("alice", "Disk full in the north")
    with world.context.db.begin() as session:
        left = session.scalars(select(Alert).where(Alert.workspace_id == row(world).id)).one()
        due = session.scalars(select(Page).where(Page.alert_id == left.id, Page.state == PageState.DUE)).all()
        waiting = session.scalars(
            select(Notice).where(Notice.workspace_id == row(world).id, Notice.try_at.is_not(None))
        )
        assert (left.status, left.next_step_at, left.excerpt, list(due), list(waiting)) == (
            Status.OPEN,
            None,
            "",
            [],
            [],
        )


def test_nothing_of_a_client_is_rated_once_it_is_taken_away(world: World, south: Visit) -> None:
    world.slack.say("dora", "acme", "This is the worst service ever, we are leaving!")
    world.slack.settle()
    world.slack.uninstall()
    world.slack.wait_for(lambda: row(world, "T0NORTHWIND").uninstalled_at)
    world.sweep()
    with world.context.db.begin() as session:
        assert session.scalars(select(Conversation.analyze_at)).all() == [None]


def test_adding_it_back_finds_policies_and_says_how_many_alerts_are_left(world: World, south: Visit) -> None:
    add(world, ERIN)
    with world.context.db.begin() as session:
        home = row(world).id
        plan = Plan("Ours", (Level((Target(TargetKind.ADMINS),), timedelta(minutes=5)),), 1)
        save_policy(session, home, plan, is_default=True)
    page(world, south, "erin", "@frank Disk full in the south")
    south.uninstall()
    world.slack.wait_for(lambda: row(world).uninstalled_at)
    world.sweep()
    world.forward(minutes=30)
    before = len(world.slack.calls("chat.postMessage"))
    assert "again" in add(world, ERIN)
    assert row(world).id == home
    with world.context.db.begin() as session:
        assert "Ours" in session.scalars(select(Policy.name).where(Policy.workspace_id == home)).all()
    assert "1 alert is still open from before" in told(south, "erin")[-1]
    assert len(world.slack.calls("chat.postMessage")) == before + 1, "the alert of the time before pages nobody"
    page(world, south, "erin", "@frank And again")
    assert "And again" in told(south, "frank")[-1]


def test_only_the_end_of_our_own_token_ends_an_installation(world: World, south: Visit) -> None:
    add(world, ERIN)
    revoke(south, {"oauth": ["U0SOUTHWERIN"], "bot": []})
    world.slack.settle()
    assert row(world).uninstalled_at is None
    known = world.app.extensions["installations"]
    assert known.find("T0SOUTHWIND", "").token == south.app().bot_token
    revoke(south, {"oauth": [], "bot": [south.app().bot_user_id]})
    world.slack.wait_for(lambda: row(world).uninstalled_at)
    world.slack.settle()
    assert known.find("T0SOUTHWIND", "") is None, "forgotten at once"
    assert row(world, "T0NORTHWIND").uninstalled_at is None


def revoke(visit: Visit, tokens: dict[str, list[str]]) -> None:
    """Slack tells of tokens that were revoked."""

    async def tell() -> None:
        said = {"type": "tokens_revoked", "tokens": tokens, "event_ts": visit.world.next_ts()}
        visit.core.delivery.event(visit.workspace, "tokens_revoked", said, None, only=visit.app())

    visit.do(tell())


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
def test_a_token_that_slack_refuses_holds_up_its_own_workspace_only(world: World, south: Visit, error: str) -> None:
    add(world, ERIN)
    dead = south.app()
    world.slack.world.revoked[dead.bot_token] = error
    dead.bot_token = "xoxb-another"
    south.command("erin", "ops", "/heed page @frank Disk full in the south")
    world.heed("alice", "page @bob Disk full in the north")
    world.expect_page("bob", "Disk full in the north")
    world.sync()
    world.forward(minutes=5)
    world.expect_page("alice", "Disk full in the north")
    assert told(south, "frank") == []
    refused = [each for each in world.slack.calls("conversations.open") if each["error"] == error]
    assert 1 <= len(refused) <= 7, "asked once a minute, not for each page"


def test_a_token_that_cannot_be_opened_holds_up_its_own_workspace_only(world: World, south: Visit) -> None:
    add(world, ERIN)
    page(world, south, "erin", "@frank Disk full in the south")
    with world.context.db.begin() as session:
        session.get_one(Workspace, row(world).id).token = Seal("a key that is lost for ever").close("xoxb-1")
        session.get_one(Workspace, row(world).id).failures = 0
    world.sync()
    world.scan()
    world.heed("alice", "page @bob Disk full in the north")
    world.expect_page("bob", "Disk full in the north")


# whose request it is


def test_whose_an_event_is_costs_no_look_and_no_request_for_a_minute(world: World, south: Visit) -> None:
    world.says("alice", "acme", "Good morning")
    house, asked = world.app.extensions["heed"], []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    event.listen(house.db.engine, "before_cursor_execute", note)
    calls = len(world.slack.calls())
    try:
        for number in range(5):
            world.slack.say("alice", "acme", f"Still here {number}")
        world.slack.settle()
    finally:
        event.remove(house.db.engine, "before_cursor_execute", note)
    assert asked, "messages are stored"
    assert not [each for each in asked if "FROM workspaces" in each and "workspaces.token" in each]
    assert world.slack.calls()[calls:] == []


def test_what_another_process_has_taken_away_is_refused_when_the_minute_is_over(world: World, south: Visit) -> None:
    add(world, ERIN)
    known = world.app.extensions["installations"]
    moment = known._clock()
    assert known.find("T0SOUTHWIND", "") is not None
    with world.context.db.begin() as session:
        workspaces.uninstall(session, row(world).id, int(row(world).installed_at.timestamp()) + 1)
    assert known.find("T0SOUTHWIND", "") is not None
    known._clock = lambda: moment + SECONDS + 5
    assert known.find("T0SOUTHWIND", "") is None
    answer = south.command("erin", "ops", "/heed alerts")
    assert answer.ok
    world.slack.wait_for(
        lambda: any(f"add it again: {OURS}/slack/install" in each for each in ephemeral(south, "erin"))
    )


def test_the_environment_of_an_app_of_many_workspaces_does_not_disturb_bolt(
    settings: Settings, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1000.app")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "client-secret-app")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-simulator")
    with World(settings) as other:
        other.sync()
        assert "Nothing is open" in other.heed("alice", "alerts")
