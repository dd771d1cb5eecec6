"""Heed installed once for a whole organisation: one installation, the people and channels of all its workspaces."""

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from models.actions.workspaces import by_team
from models.config import Settings
from models.tables import Client, Message, Person, Workspace
from models.words import Role
from simulator.acting import Visit
from tests.stories.test_installing import OURS, add, page, told
from tests.world import World, buttons

ORG = "E0GLOBOCORP"

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nothing is installed by a token of the settings that matters here."""
    return settings.model_copy(
        update={
            "slack_client_id": "1000.app",
            "slack_client_secret": SecretStr("client-secret-app"),
            "heed_base_url": OURS,
        }
    )


@pytest.fixture
def places(world: World) -> tuple[Visit, Visit]:
    """Eastwind and Westwind belong to Globocorp, and its owner erin has installed Heed for all of it."""
    world.slack.app().redirect_urls = [OURS]
    east, west = world.slack.add_workspace("Eastwind"), world.slack.add_workspace("Westwind")
    world.slack.organise("Globocorp", "Eastwind", "Westwind")
    assert "Heed is in Globocorp" in add(world, f"{ORG}/{east.user('erin').id}")
    return east, west


def test_one_installation_with_the_people_of_every_workspace(world: World, places: tuple[Visit, Visit]) -> None:
    east, _ = places
    with world.context.db.begin() as session:
        row = session.scalars(select(Workspace).where(Workspace.team_id == ORG)).one()
        assert (row.is_org, row.enterprise_id, row.name) == (True, ORG, "Globocorp")
        roles = dict(session.execute(select(Person.slack_id, Person.role).where(Person.workspace_id == row.id)).all())
    assert roles == {
        visit.user(who).id: Role.MEMBER if who == "heidi" else Role.ADMIN
        for visit in places
        for who in ("erin", "frank", "heidi")
    }
    assert "*Globocorp*, the whole organisation" in told(east, "erin")[-1]


def test_the_page_leads_to_where_workspaces_are_chosen(world: World, places: tuple[Visit, Visit]) -> None:
    shown = add(world, f"{ORG}/{places[0].user('erin').id}")
    assert f"https://app.slack.com/manage/{ORG}/integrations/profile/A0APP/workspaces/add" in shown


def test_commands_and_buttons_of_each_workspace_reach_the_same_installation(
    world: World, places: tuple[Visit, Visit]
) -> None:
    east, west = places
    page(world, west, "erin", "@frank Disk full in the west")
    shown = [each for each in west.dm("frank") if each.ephemeral_to is None][-1]
    assert "Disk full in the west" in shown.text
    button = next(each for each in buttons(shown.blocks) if each["text"]["text"] == "Acknowledge")
    west.press("frank", shown, button["action_id"], button["value"])
    west.wait_for(lambda: "Acknowledged by" in told(west, "frank")[-1])
    page(world, east, "erin", "@frank Disk full in the east")
    assert "Disk full in the east" in told(east, "frank")[-1]
    world.expect_no_page("alice")


def test_whoever_has_paused_their_notifications_is_seen_in_whichever_workspace(
    world: World, places: tuple[Visit, Visit]
) -> None:
    with world.context.db.begin() as session:
        token = world.context.seal.open(session.scalars(select(Workspace.token).where(Workspace.team_id == ORG)).one())
    for visit in places:
        visit.snooze("frank", 3600)
        rests = [world.context.slack.rest(token, visit.user(who).id) for who in ("frank", "erin")]
        assert [rest and rest.snoozed_until is not None for rest in rests] == [True, False]


def test_a_colleague_of_another_workspace_is_no_client_and_a_stranger_is(
    world: World, places: tuple[Visit, Visit]
) -> None:
    east, west = places
    east.do(east.people.invite("erin", "ops", east.app().bot_user_id))
    east.share("ops", "Initech", new_channel_id=False)
    east.add_person("sam", "Sam Initech", "Initech")
    colleague = west.user("frank")
    east.workspace.users[colleague.id] = colleague
    for who in (colleague.id, "sam"):
        east.do(east.people.join(who, "ops"))
    east.say("sam", "ops", "Where is our order?")
    east.say(colleague.id, "ops", "I look after it")
    world.slack.settle()
    world.settle()
    with world.context.db.begin() as session:
        texts = dict(session.execute(select(Message.text, Message.from_client)).all())
        clients = session.scalars(select(Client.team_id)).all()
    assert texts == {"I look after it": False, "Where is our order?": True}
    assert clients == ["T0INITECH"]


def test_a_workspace_of_its_own_goes_before_the_organisation(world: World, places: tuple[Visit, Visit]) -> None:
    with world.context.db.begin() as session:
        session.add(
            Workspace(
                team_id="T0EASTWIND", name="Eastwind", url="", bot_user_id="U1", token=b"", enterprise_id=ORG,
                installed_at=session.scalars(select(Workspace.installed_at)).first(),
            )
        )  # fmt: skip
        session.flush()
        found = {team: by_team(session, team, ORG) for team in ("T0EASTWIND", "T0WESTWIND", "")}
        assert {team: row and row.team_id for team, row in found.items()} == {
            "T0EASTWIND": "T0EASTWIND", "T0WESTWIND": ORG, "": ORG
        }  # fmt: skip
        assert by_team(session, "T0WESTWIND") is None


def test_what_is_taken_away_from_the_organisation_ends_everywhere_in_it(
    world: World, places: tuple[Visit, Visit]
) -> None:
    places[0].uninstall()

    def ended() -> bool:
        with world.context.db.begin() as session:
            return session.scalars(select(Workspace.uninstalled_at).where(Workspace.team_id == ORG)).one() is not None

    world.slack.wait_for(ended)
    world.heed("alice", "page @bob Disk full in the north")
    world.expect_page("bob", "Disk full in the north")
