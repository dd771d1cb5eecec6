"""Alerts from Slack itself: what other apps post in a channel, and an emoji on any message."""

import pytest
from slack_sdk import WebClient
from sqlalchemy import select

from bot.views.parts import Rendered
from models.tables import Alert
from simulator import AppConfig
from simulator.state import Message
from tests.world import World, everything

pytestmark = pytest.mark.parametrize("world", ["http"], indirect=True)

INTAKE = r'intake <#C0OPS|ops> title:"^\[FIRING:\d+\] (.*)" key:"alertname=(\S+)" resolved:"^\[RESOLVED\]"'


class Grafana:
    """Another app in #ops, that puts its words where such apps put them."""

    def __init__(self, world: World, name: str = "Grafana") -> None:
        world.slack.invite("alice", "ops", "heed")
        world.slack.install(AppConfig(name=name, bot_token=f"xoxb-{name.lower()}", events=[]))
        world.slack.invite("alice", "ops", name.lower())
        self.world = world
        self.client = WebClient("xoxb-" + name.lower(), base_url=world.slack.api_url)

    def posts(self, title: str, *lines: str, thread: str | None = None) -> str:
        """Returns the message's ts."""
        answer = self.client.chat_postMessage(
            channel="C0OPS", text=title, attachments=self._attached(lines), thread_ts=thread
        )
        self.world.settle()
        return str(answer["ts"])

    def changes(self, ts: str, title: str, *lines: str) -> None:
        self.client.chat_update(channel="C0OPS", ts=ts, text=title, attachments=self._attached(lines))
        self.world.settle()

    def _attached(self, lines: tuple[str, ...]) -> list[dict[str, object]]:
        return [{"fallback": "see the attachment", "color": "#f00", "text": "\n".join(lines)}] if lines else []


def alerts(world: World) -> list[tuple[str, str, int]]:
    """Title, status and count of every alert."""
    with world.context.db.begin() as session:
        return [(each.title, each.status.value, each.count) for each in session.scalars(select(Alert).order_by("id"))]


def test_what_another_app_posts_pages_repeats_and_is_resolved_by_its_key(world: World) -> None:
    assert "is read now" in world.heed("alice", INTAKE)
    grafana = Grafana(world)
    ts = grafana.posts("*[FIRING:1] Disk full*", "alertname=disk", "on <https://web-1.example|web-1>")
    page = world.expect_page("alice", "Disk full", f"/archives/C0OPS/p{ts.replace('.', '')}", "on web-1")
    grafana.posts("[FIRING:2] Disk fuller", "alertname=disk")
    grafana.posts("deployed 1.2.3", "alertname=disk")
    assert alerts(world) == [("Disk full", "open", 2)]
    grafana.posts("[RESOLVED] all good", "alertname=disk")
    assert alerts(world) == [("Disk full", "resolved", 2)]
    assert "esolved" in everything(world.again("alice", page))


def test_a_post_that_is_changed_to_resolved_resolves_though_it_names_no_key(world: World) -> None:
    world.heed("alice", INTAKE)
    grafana = Grafana(world)
    ts = grafana.posts("[FIRING:1] Disk full", "alertname=disk")
    grafana.changes(ts, "[FIRING:1] Disk full", "alertname=disk", "for 5 minutes now")
    assert alerts(world) == [("Disk full", "open", 2)]
    grafana.changes(ts, "[RESOLVED] is over")
    assert alerts(world)[-1][1] == "resolved"
    grafana.changes(ts, "[FIRING:1] Disk full", "alertname=disk")
    assert [status for _, status, _ in alerts(world)] == ["resolved", "open"]
    grafana.posts("[RESOLVED] is over", thread=ts)
    assert [status for _, status, _ in alerts(world)] == ["resolved", "resolved"]


def test_what_a_person_has_closed_is_not_opened_by_a_change_of_the_same_post(world: World) -> None:
    world.heed("alice", INTAKE)
    grafana = Grafana(world)
    ts = grafana.posts("[FIRING:1] Disk full", "alertname=disk")
    world.heed("alice", "false-positive 1")
    grafana.changes(ts, "[FIRING:1] Disk full", "alertname=disk", "still")
    assert [status for _, status, _ in alerts(world)] == ["false_positive"]
    grafana.posts("[FIRING:1] Disk full", "alertname=disk")
    assert len(alerts(world)) == 2, "a new post is a new problem"


def test_doubled_and_overtaken_events_count_once(world: World) -> None:
    world.heed("alice", INTAKE)
    grafana = Grafana(world)
    world.slack.faults.add("events.message", "new_ids", copies=3)
    grafana.posts("[FIRING:1] Disk full", "alertname=disk")
    assert alerts(world) == [("Disk full", "open", 1)]


def test_people_other_apps_other_channels_and_heed_itself_are_not_read(world: World) -> None:
    world.heed("alice", f"{INTAKE} from:grafana severity:critical")
    datadog = Grafana(world, "Datadog")
    datadog.posts("[FIRING:1] Disk full", "alertname=disk")
    world.says("alice", "ops", "[FIRING:1] Disk full")
    world.context.slack.post("xoxb-simulator", "C0OPS", Rendered("[FIRING:1] mine"), "mark")
    world.settle()
    assert alerts(world) == []
    Grafana(world).posts("[FIRING:1] Disk full", "alertname=disk")
    assert [title for title, _, _ in alerts(world)] == ["Disk full"]
    listed = world.heed("charlie", "intake")
    assert "from grafana" in listed
    assert "critical" in listed
    assert "is not read any more" in world.heed("alice", "intake <#C0OPS|ops> stop")
    Grafana(world, "Zabbix").posts("[FIRING:1] Disk full", "alertname=disk")
    assert len(alerts(world)) == 1
    assert "No channel is read" in world.heed("alice", "intake")


def test_only_admins_lay_down_and_mistakes_say_what_is_wrong(world: World) -> None:
    assert "Only admins" in world.heed("charlie", INTAKE)
    assert "Only admins" in world.heed("charlie", "intake <#C0OPS|ops> stop")
    assert "title: must be" in world.heed("alice", "intake <#C0OPS|ops>")
    assert "key: character 1" in world.heed("alice", 'intake <#C0OPS|ops> title:"a" key:"(?=b)"')
    assert "choose it from Slack's list" in world.heed("alice", "intake ops")
    assert "the options are" in world.heed("alice", 'intake <#C0OPS|ops> title:"a" colour:red')
    assert "is not read" in world.heed("alice", "intake <#C0OPS|ops> stop")


def raised(world: World, who: str, message: Message) -> list[str]:
    """What only `who` was told in the message's channel."""
    user = world.slack.user(who).id
    return [each.text for each in world.slack.messages(message.channel_id, user=who) if each.ephemeral_to == user]


def test_the_emoji_raises_an_alert_about_a_message_once_and_only_tells_whoever_reacts(world: World) -> None:
    assert "No emoji" in world.heed("charlie", "emoji")
    assert "Only admins" in world.heed("charlie", "emoji :rotating_light:")
    assert ":rotating_light: on a message" in world.heed("alice", "emoji :rotating_light:")
    message = world.slack.say("alice", "acme", "The shop is *down*\nsince noon")
    world.slack.react("charlie", message, "eyes")
    world.slack.react("dora", message, "rotating_light")
    world.settle()
    world.expect_no_page("alice")
    world.slack.react("charlie", message, "rotating_light")
    world.until(lambda: bool(raised(world, "charlie", message)))
    world.expect_page("alice", "The shop is down", "<@U0CHARLIE>", f"p{message.ts.replace('.', '')}")
    assert "Raised #1" in raised(world, "charlie", message)[-1]
    world.slack.react("bob", message, "rotating_light")
    world.until(lambda: bool(raised(world, "bob", message)))
    assert "has raised #1 already" in raised(world, "bob", message)[-1]
    assert len(alerts(world)) == 1
    assert raised(world, "dora", message) == []


def test_the_emoji_can_be_put_off_and_heeds_own_messages_raise_nothing(world: World) -> None:
    world.heed("alice", "emoji :rotating_light:")
    world.signal("disk full")
    page = world.expect_page("alice", "disk full")
    world.slack.react("alice", page, "rotating_light")
    world.heed("alice", "emoji off")
    message = world.slack.say("alice", "acme", "The shop is down")
    world.slack.react("alice", message, "rotating_light")
    world.settle()
    assert len(alerts(world)) == 1
    assert "choose it from Slack's list" in world.heed("alice", "emoji rotating light")


def goes_silent(world: World) -> Message:
    """A tool says twice that the disk is full, bob takes it, and nothing is heard for a day; returns the question."""
    world.policy("bob")
    world.signal("disk full")
    world.press("bob", "Acknowledge")
    world.forward(minutes=10)
    world.signal("disk full")
    world.forward(hours=25)
    world.sweep()
    return world.expect_page("bob", "*prod* has said nothing about *#1* disk full since", "Is it still true?")


def test_a_source_that_went_silent_is_asked_about_and_asked_again(world: World) -> None:
    question = goes_silent(world)
    world.expect_no_page("alice")
    world.press("bob", "Still true", question, until="is still true")
    assert "<@U0BOB> says" in everything(world.again("bob", question))
    world.sweep()
    assert world.pages("bob")[-1].ts == question.ts
    world.forward(hours=25)
    world.sweep()
    assert world.expect_page("bob", "Is it still true?").ts != question.ts
    assert "said to be still true by <@U0BOB>" in world.heed("bob", "show 1")


def test_what_went_silent_is_resolved_by_the_same_question(world: World) -> None:
    question = goes_silent(world)
    world.press("bob", "Resolve", question)
    world.submit("bob", notes="was replaced")
    assert alerts(world) == [("disk full", "resolved", 2)]
