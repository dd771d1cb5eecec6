"""“Add to Slack” at its edges: who may come back, how often, how late, and what is said when Slack refuses."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bot import install_state, web
from bot.scopes import SCOPES, missing
from models.bell import connect
from models.config import Settings
from models.embedded import free_port
from models.seal import Seal
from models.tables import Workspace
from tests.world import SHIFT, World

MANIFEST = yaml.safe_load((Path(__file__).parent.parent.parent / "manifest.yml").read_text())
OURS = "https://heed.example.com"
SEAL = Seal("a key for the tests of states only")


class Browser:
    """Somebody who installs Heed: our web process on one side, the simulated Slack on the other."""

    def __init__(self, world: World, client: FlaskClient) -> None:
        self.world, self.client = world, client
        self.world.slack.app().redirect_urls = [f"{OURS}/slack/oauth_redirect"]

    def begin(self) -> str:
        """Opens our page; returns the address behind the button."""
        answer = self.client.get("/slack/install")
        assert answer.status_code == 200
        found = re.search(r'class="button" href="([^"]+)"', answer.text)
        assert found is not None
        return found.group(1).replace("&amp;", "&")

    def allow(self, address: str, place: str = "T0SOUTHWIND/U0SOUTHWERIN", answer: str = "allow") -> str:
        """Answers on Slack's page; returns the path to which Slack sends the browser back."""
        sent = requests.post(address, data={"answer": answer, "place": place}, allow_redirects=False, timeout=10)
        back = urlsplit(sent.headers["Location"])
        assert f"{back.scheme}://{back.netloc}" == OURS
        return f"{back.path}?{back.query}"

    def install(self, place: str = "T0SOUTHWIND/U0SOUTHWERIN") -> TestResponse:
        return self.client.get(self.allow(self.begin(), place))


@pytest.fixture
def browser(world: World) -> Iterator[Browser]:
    world.slack.add_workspace("Southwind")
    app = web.create_app(
        world.settings.model_copy(
            update={
                "slack_client_id": "1000.app",
                "slack_client_secret": SecretStr("client-secret-app"),
                "heed_base_url": f"{OURS}/",
            }
        )
    )
    yield Browser(world, app.test_client())
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


def installed(world: World) -> int:
    """In how many workspaces Heed is besides Northwind."""
    with world.context.db.begin() as session:
        return (session.scalar(select(func.count()).select_from(Workspace)) or 0) - 1


# the page


def test_the_button_asks_slack_for_exactly_the_scopes_of_the_manifest(browser: Browser) -> None:
    address = browser.begin()
    assert address.startswith(f"{browser.world.slack.url.rstrip('/')}/oauth/v2/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert sorted(asked["scope"][0].split(",")) == sorted(MANIFEST["oauth_config"]["scopes"]["bot"]) == sorted(SCOPES)
    assert asked["client_id"] == ["1000.app"]
    assert asked["redirect_uri"] == [f"{OURS}/slack/oauth_redirect"]


def test_the_state_stands_in_a_cookie_that_no_script_reads_and_no_other_site_sends(browser: Browser) -> None:
    cookie = browser.client.get("/slack/install").headers["Set-Cookie"]
    for part in ("heed-install=", "HttpOnly", "SameSite=Lax", "Secure", "Max-Age=600", "Path=/slack"):
        assert part in cookie


@pytest.mark.parametrize("path", ["/slack/install", "/slack/oauth_redirect"])
def test_pages_load_nothing_are_framed_by_nobody_and_are_not_kept(browser: Browser, path: str) -> None:
    headers = browser.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/slack/install", "/slack/oauth_redirect?code=1&state=2"])
def test_without_its_settings_there_is_no_button_and_the_page_names_them(settings: Settings, path: str) -> None:
    app = web.create_app(settings)
    answer = app.test_client().get(path)
    assert answer.status_code == 404
    assert "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET" in answer.text
    app.extensions["heed"].db.dispose()
    app.extensions["heed"].bell.redis.close()


# coming back


def test_a_workspace_is_added_and_the_page_says_what_comes_next(browser: Browser) -> None:
    answer = browser.install()
    assert answer.status_code == 200
    assert "<h1>Heed is in Southwind</h1>" in answer.text
    assert "Next: look at Heed" in answer.text
    assert "app_redirect?app=A0APP&amp;team=T0SOUTHWIND" in answer.text
    assert "xoxb" not in answer.text
    assert installed(browser.world) == 1


def test_the_same_address_twice_installs_once(browser: Browser) -> None:
    page = browser.client.get("/slack/install")
    back = browser.allow(browser.begin())
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert browser.client.get(back).status_code == 200
    assert "Set-Cookie" in page.headers
    browser.client.set_cookie("heed-install", state, path="/slack")
    again = browser.client.get(back)
    assert (again.status_code, "done already" in again.text) == (400, True)


def test_another_browser_cannot_finish_what_this_one_began(browser: Browser) -> None:
    back = browser.allow(browser.begin())
    browser.client.delete_cookie("heed-install", path="/slack")
    answer = browser.client.get(back)
    assert (answer.status_code, "not an installation that was started here" in answer.text) == (400, True)
    assert installed(browser.world) == 0


def test_a_state_that_somebody_made_up_is_refused_even_with_a_cookie_to_match(browser: Browser) -> None:
    state = install_state.make(SEAL, now=_later(0))
    browser.client.set_cookie("heed-install", state, path="/slack")
    answer = browser.client.get(f"/slack/oauth_redirect?code=1.2&state={state}")
    assert (answer.status_code, "not an installation that was started here" in answer.text) == (400, True)


def test_after_ten_minutes_it_is_too_late(browser: Browser) -> None:
    back = browser.allow(browser.begin())
    SHIFT.seconds += 601
    answer = browser.client.get(back)
    assert (answer.status_code, "within ten minutes" in answer.text) == (400, True)
    assert installed(browser.world) == 0


def test_while_redis_is_away_nothing_is_installed(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    back = browser.allow(browser.begin())
    house = browser.client.application.extensions["heed"]
    away = connect(f"redis://127.0.0.1:{free_port()}/0", timeout=0.5)
    monkeypatch.setattr(house.bell, "redis", away)
    answer = browser.client.get(back)
    assert (answer.status_code, "try again in a minute" in answer.text) == (503, True)
    assert installed(browser.world) == 0
    away.close()
    monkeypatch.undo()


# what Slack says


def test_whoever_says_no_reads_that_nothing_was_installed(browser: Browser) -> None:
    answer = browser.client.get(browser.allow(browser.begin(), answer="cancel"))
    assert (answer.status_code, "Somebody chose not to allow it" in answer.text) == (400, True)
    assert installed(browser.world) == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("code_already_used", "Slack&#x27;s permission is over"),
        ("bad_client_secret", "check SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"),
        ("bad_redirect_uri", f"add {OURS}/slack/oauth_redirect to the Redirect URLs"),
        ("invalid_team_for_non_distributed_app", "Manage Distribution"),
        ("something_new", "something_new"),
    ],
)
def test_each_of_slacks_words_is_put_into_a_sentence_with_what_to_do(browser: Browser, error: str, words: str) -> None:
    browser.world.slack.faults.add("oauth.v2.access", "error", error=error)
    answer = browser.install()
    assert (answer.status_code, words in answer.text) == (400, True)
    assert installed(browser.world) == 0


def test_a_slack_that_does_not_answer_is_502_and_asks_for_another_try(browser: Browser) -> None:
    browser.world.slack.faults.add("oauth.v2.access", "cut_after")
    answer = browser.install()
    assert (answer.status_code, "Slack did not answer" in answer.text) == (502, True)
    assert browser.install().status_code == 200


def test_no_log_holds_a_token_a_code_or_the_secret(
    browser: Browser, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    back = browser.allow(browser.begin())
    code = parse_qs(urlsplit(back).query)["code"][0]
    caplog.clear()
    browser.client.get(back)
    browser.world.slack.faults.add("oauth.v2.access", "error", error="bad_client_secret")
    browser.install()
    shown = capfd.readouterr()
    said = shown.out + shown.err
    assert "installed" in said
    ours = "\n".join(record.getMessage() for record in caplog.records if record.levelname != "DEBUG")
    for secret in ("xoxb-", "client-secret-app", code):
        assert secret not in said
        assert secret not in ours


def test_words_from_outside_are_only_words(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.begin()).query)["state"][0]
    answer = browser.client.get(f"/slack/oauth_redirect?state={state}&error=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script" not in answer.text
    assert "&lt;script" in answer.text


# the state by itself


def _later(seconds: int) -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(seconds=seconds)


@given(st.text(max_size=80))
def test_nothing_that_is_made_up_is_a_state(text: str) -> None:
    assert not install_state.is_ours(SEAL, text)


@given(st.integers(0, 2000), st.data())
def test_a_state_is_good_for_ten_minutes_and_not_with_a_sign_changed(age: int, data: st.DataObject) -> None:
    state = install_state.make(SEAL, _later(0))
    assert install_state.is_ours(SEAL, state)
    assert install_state.is_fresh(state, _later(age)) is (age <= 600)
    at = data.draw(st.integers(0, len(state) - 1))
    changed = state[:at] + ("A" if state[at] != "A" else "B") + state[at + 1 :]
    assert not install_state.is_ours(SEAL, changed)


def test_a_state_that_was_made_before_the_key_changed_is_still_good() -> None:
    state = install_state.make(SEAL, _later(0))
    assert install_state.is_ours(Seal("a newer key for these tests", ["a key for the tests of states only"]), state)
    assert not install_state.is_ours(Seal("a newer key for these tests"), state)


def test_the_scopes_that_are_missing_are_found() -> None:
    assert missing(SCOPES) == []
    assert missing({*SCOPES, "users:read.email"} - {"dnd:read", "chat:write"}) == ["chat:write", "dnd:read"]
