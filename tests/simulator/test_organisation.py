"""An organisation of several workspaces, with an app that is installed for all of it: as Slack tells of it."""

from collections.abc import Iterator

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from simulator import Simulator
from simulator.acting import Visit
from tests.simulator.bolt_helper import Helper, served

ORG = "E0GLOBOCORP"


@pytest.fixture
def places(sim: Simulator) -> tuple[Visit, Visit]:
    east, west = sim.add_workspace("Eastwind"), sim.add_workspace("Westwind")
    sim.organise("Globocorp", "Eastwind", "Westwind")
    return east, west


@pytest.fixture
def granted(sim: Simulator, places: tuple[Visit, Visit]) -> dict[str, object]:
    """What oauth.v2.access answers when erin has installed the app for the whole organisation."""
    app = sim.app()
    app.redirect_urls = ["https://app.example.com/"]
    address = f"{sim.url.rstrip('/')}/oauth/v2/authorize?client_id={app.client_id}&scope=chat:write,users:read,im:write"
    form = {"answer": "allow", "place": f"{ORG}/{places[0].user('erin').id}"}
    back = requests.post(address, data=form, allow_redirects=False, timeout=10).headers["Location"]
    code = back.split("code=")[1].split("&")[0]
    answer = WebClient(base_url=sim.api_url).oauth_v2_access(
        client_id=app.client_id, client_secret=app.client_secret, code=code
    )
    return dict(answer.data) if isinstance(answer.data, dict) else {}


@pytest.fixture
def client(sim: Simulator, granted: dict[str, object]) -> WebClient:
    return WebClient(token=str(granted["access_token"]), base_url=sim.api_url)


@pytest.fixture
def helper(sim: Simulator) -> Iterator[Helper]:
    with served(Helper(sim), sim) as running:
        yield running


def test_the_page_offers_the_whole_organisation_to_its_owners(sim: Simulator, places: tuple[Visit, Visit]) -> None:
    app = sim.app()
    app.redirect_urls = ["https://app.example.com/"]
    shown = requests.get(f"{sim.url.rstrip('/')}/oauth/v2/authorize?client_id={app.client_id}", timeout=10).text
    assert f'value="{ORG}/{places[0].user("erin").id}">Globocorp, the whole organisation' in shown
    assert f'value="{ORG}/{places[0].user("frank").id}"' not in shown


def test_the_grant_names_no_team(granted: dict[str, object]) -> None:
    assert granted["team"] is None
    assert granted["enterprise"] == {"id": ORG, "name": "Globocorp"}
    assert granted["is_enterprise_install"] is True


def test_one_token_works_in_every_workspace_and_says_whose_it_is(
    client: WebClient, places: tuple[Visit, Visit]
) -> None:
    told = client.auth_test()
    assert (told["team_id"], told["enterprise_id"], told["is_enterprise_install"]) == (ORG, ORG, True)
    assert [team["id"] for team in client.auth_teams_list()["teams"]] == ["T0EASTWIND", "T0WESTWIND"]
    for visit in places:
        dm = client.conversations_open(users=visit.user("heidi").id)["channel"]["id"]
        client.chat_postMessage(channel=dm, text="hello")
        assert [each.text for each in visit.dm("heidi")] == ["hello"]


def test_listings_want_to_know_the_workspace(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="missing_argument"):
        client.users_list()
    people = client.users_list(team_id="T0WESTWIND")["members"]
    assert {each["enterprise_user"]["enterprise_id"] for each in people} == {ORG}
    with pytest.raises(SlackApiError, match="team_access_not_granted"):
        client.users_list(team_id="T0NORTHWIND")


@pytest.mark.usefixtures("granted")
def test_events_commands_and_actions_name_the_organisation(
    sim: Simulator, helper: Helper, places: tuple[Visit, Visit]
) -> None:
    west = places[1]
    west.invite("erin", "ops", west.app().bot_user_id)
    west.say("erin", "ops", "hello")
    sim.wait_for(lambda: sim.deliveries("message"))
    (authorization,) = sim.deliveries("message")[0]["payload"]["authorizations"]
    assert authorization == {
        "enterprise_id": ORG, "team_id": None, "user_id": west.app().bot_user_id, "is_bot": True,
        "is_enterprise_install": True,
    }  # fmt: skip
    west.command("erin", "ops", "/helper hello")
    sent = sim.deliveries("slash_commands")[-1]["payload"]
    assert (sent["team_id"], sent["enterprise_id"], sent["is_enterprise_install"]) == ("T0WESTWIND", ORG, "true")
