"""Every action of a person: how it comes to Heed, and who may do it. A new action without a row fails a test."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

from bot.listeners import CONVERSATIONS, command, marks, shortcut
from bot.views import alert, draft, further, modals, notices, storm, ways
from bot.views import home as home_view
from bot.views import marks as marks_view
from bot.views import sources as sources_view
from bot.views.further import What
from models.answer import Answer
from models.words import Status
from tests.security import slack
from tests.security.scene import CHANNEL, TS, Scene
from tests.security.slack import Json, Someone

ADMINS, STAFF = frozenset({"admin"}), frozenset({"admin", "responder"})
ANSWERERS, MEMBERS = STAFF | {"paged"}, STAFF | {"paged", "member"}
OWNER, OWNER_OR_ADMIN = frozenset({"member"}), frozenset({"member", "admin"})

Build = Callable[[Scene, Someone], Json]


@dataclass(frozen=True)
class Action:
    """`shows` is what those who may read of it (None: it changes rows); `{mark}` stands for the workspace's mark.

    `is_quiet`: those who may not are not told so, because clients may read along, or because nothing was asked.
    """

    name: str
    may: frozenset[str]
    build: Build
    shows: str | None = None
    is_quiet: bool = False


class Registered:
    """Stands in for Bolt's app and writes down what the listeners register."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        for conversation in CONVERSATIONS:
            conversation.register(self)

    def use(self, middleware: object) -> None:
        """Middleware sees everything, so it is no action of its own."""

    def __getattr__(self, kind: str) -> Callable[[str], Callable[[object], object]]:
        def register(name: str) -> Callable[[object], object]:
            self.names.add(f"{kind} {name}")
            return lambda listener: listener

        return register


def known(app: Flask) -> set[str]:
    """The actions of people that the code has: what listeners register, subcommands, the menu, the REST API, links."""
    found = {each for each in Registered().names if not each.startswith(("event ", "command "))}
    found |= {f"/heed {name}" for name in command.SUBCOMMANDS}
    found |= {f"action {further.MORE} {what.value}" for what in What}
    found -= {f"action {further.MORE}"}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/api/alerts", "/a/")):
            found |= {f"{method} {rule.rule}" for method in rule.methods or () if method not in ("HEAD", "OPTIONS")}
    return found | {"event app_home_opened", "event reaction_added"}


EVENTS_OF_NOBODY = {
    "event message", "event user_change", "event team_join", "event app_uninstalled", "event tokens_revoked",
    "event channel_id_changed", "event channel_archive", "event group_archive", "event channel_left",
    "event group_left", "event member_left_channel", "event member_joined_channel", "event channel_shared",
}  # fmt: skip
"""What Slack tells of itself: nobody acts on Heed by it."""


def _value(scene: Scene, name: str) -> str:
    return json.dumps({"alert": scene.alerts[name], "epoch": 2 if name == "resolved" else 1})


def _button(action_id: str, name: str, may: frozenset[str] = ANSWERERS, shows: str | None = None) -> Action:
    return Action(
        f"action {action_id}",
        may,
        lambda scene, who: slack.press(who, action_id, _value(scene, name), scene.post),
        shows,
    )


def _menu(what: What, name: str = "open", may: frozenset[str] = ANSWERERS, shows: str | None = None) -> Action:
    status = Status.ACKNOWLEDGED if name == "acknowledged" else Status.OPEN

    def build(scene: Scene, who: Someone) -> Json:
        chosen = {"alert": scene.alerts[name], "epoch": 1, "status": status.value, "what": what.value}
        return slack.choose(who, further.MORE, json.dumps(chosen), scene.post)

    return Action(f"action {further.MORE} {what.value}", may, build, shows)


def _form(callback: str, may: frozenset[str], about: Callable[[Scene], Any], **values: str) -> Action:
    return Action(f"view {callback}", may, lambda scene, who: slack.submit(who, callback, about(scene), values))


def _of_alert(name: str = "open", **more: Any) -> Callable[[Scene], Any]:
    return lambda scene: {"alert": scene.alerts[name], "epoch": 1, "seen": "open", "home": None, **more}


def _way(scene: Scene) -> Json:
    return {"way": scene.rows["way"]}


def _typed(name: str, may: frozenset[str], words: str = "", shows: str | None = None) -> Action:
    """`{open}` and so on stand for the numbers of alerts, `{silence}` and so on for those of other rows."""

    def build(scene: Scene, who: Someone) -> Json:
        given = words.format(**scene.alerts, **scene.rows)
        return slack.command(who, f"{name} {given}".strip())

    return Action(f"/heed {name}" + (f" {words}" if words else ""), may, build, shows)


def _view(action_id: str, may: frozenset[str], row: str = "", shows: str | None = None, **more: Any) -> Action:
    def build(scene: Scene, who: Someone) -> Json:
        return slack.press_in_view(who, action_id, str(scene.rows[row]) if row else "all", **more)

    return Action(f"action {action_id}", may, build, shows)


def _buttons() -> Iterator[Action]:
    ids = alert.ACTION_IDS
    yield _button(ids[Answer.ACKNOWLEDGE], "open")
    yield _button(ids[Answer.PASS_ON], "open")
    yield _button(ids[Answer.REOPEN], "resolved")
    yield _button(ids[Answer.RESOLVE], "open", shows="Disk full open {mark}")
    yield _button(ids[Answer.FALSE_POSITIVE], "open", shows="Disk full open {mark}")
    yield _button(alert.SHOW, "open", shows="Disk full open {mark}")
    yield _button(draft.DRAFT, "client", shows="Sorry {mark}")
    yield _button(notices.STILL_TRUE, "open")
    yield _menu(What.SNOOZE_SHORTLY)
    yield _menu(What.GIVE_BACK, "acknowledged")
    for what in (What.SNOOZE, What.GIVE, What.NOTE, What.DETAILS):
        yield _menu(what, shows="Disk full open {mark}")
    yield Action(
        f"action {storm.ACKNOWLEDGE_ALL}", ANSWERERS,
        lambda scene, who: slack.press(who, storm.ACKNOWLEDGE_ALL, str(scene.rows["storm"]), scene.post),
    )  # fmt: skip
    for filter_id in (home_view.FILTER_STATUS, home_view.FILTER_SEVERITY):
        yield _view(filter_id, ANSWERERS, shows="Disk full open {mark}", kind="home", is_menu=True)
    for turn in (home_view.NEWER, home_view.OLDER):
        yield Action(
            f"action {turn}", ANSWERERS,
            lambda scene, who, turn=turn: slack.press_in_view(who, turn, "0", "home"),  # type: ignore[misc]
            shows="Disk full open {mark}",
        )  # fmt: skip


def _of_windows() -> Iterator[Action]:
    yield _view(sources_view.ADD, ADMINS, shows="Which tool?", kind="home")
    yield _view(sources_view.TEST, STAFF, "source")
    yield _view(sources_view.ROTATE, ADMINS, "source")
    yield _form(sources_view.FORM, ADMINS, lambda _: "", source_kind="generic", source_name="new")
    yield _view(ways.OPEN, MEMBERS, shows="A direct message, always first", kind="home")
    yield _view(ways.ADD, MEMBERS, shows="Which service?")
    yield _view(ways.KIND_CHOSEN, MEMBERS, shows="Which service?", is_menu=True)
    yield _form(
        ways.ADD_FORM, MEMBERS, lambda _: "", way_kind="json", way_address="jsons://hooks.example.org/a",
        way_important="", way_default="",
    )  # fmt: skip
    yield _view(ways.CODE, OWNER, "unconfirmed", shows="Webhook unconfirmed {mark}")
    yield _view(ways.AGAIN, OWNER, "unconfirmed")
    yield _view(ways.TEST, OWNER, "way")
    yield _view(ways.CHANGE, OWNER, "way", shows="Webhook way {mark}")
    yield _view(ways.REMOVE, OWNER_OR_ADMIN, "way")
    yield _form(ways.CHANGE_FORM, OWNER, _way, way_important="5 min", way_default="")
    yield _form(ways.CODE_FORM, OWNER, lambda scene: {"way": scene.rows["unconfirmed"]}, way_typed="123456")
    yield _form(modals.RESOLVE, ANSWERERS, _of_alert(), notes="done")
    yield _form(modals.FALSE_POSITIVE, ANSWERERS, _of_alert(), notes="a test")
    yield _form(further.SNOOZE, ANSWERERS, _of_alert(), span="2h", until="", words="")
    yield _form(further.GIVE, ANSWERERS, _of_alert(), person="U0SECOND", words="")
    yield _form(further.NOTE, ANSWERERS, _of_alert(), words="a note")
    yield _form(draft.SEND, ANSWERERS, _of_alert("client", answered=False), reply="We are sorry")
    yield _form(
        modals.RAISE, MEMBERS, lambda _: {"link": ""}, title="Help", details="", severity="high", person="U0SECOND"
    )
    yield _form(marks_view.MISSED, STAFF, lambda _: {"channel": CHANNEL, "ts": TS}, risk="high", why="it is")
    message = {"type": "message", "ts": TS, "text": "I will cancel", "user": "U0EXTERNAL"}
    yield Action(
        f"shortcut {marks.MISSED_THIS}", STAFF,
        lambda _, who: slack.message_action(who, marks.MISSED_THIS, CHANNEL, message), shows="How bad",
    )  # fmt: skip
    yield Action(
        f"shortcut {shortcut.FROM_MESSAGE}", MEMBERS,
        lambda _, who: slack.message_action(who, shortcut.FROM_MESSAGE, CHANNEL, message), shows="What is wrong?",
    )  # fmt: skip
    yield Action(
        f"shortcut {shortcut.ANYWHERE}", MEMBERS, lambda _, who: slack.shortcut(who, shortcut.ANYWHERE),
        shows="What is wrong?",
    )  # fmt: skip


def _commands() -> Iterator[Action]:
    for words in (
        "ack {open}", "resolve {open} done", "false-positive {open} no", "reopen {resolved}", "pass {open}",
        "snooze {open} 2h", "give {open} <@U0SECOND>", "give-back {acknowledged}", "note {open} a note",
    ):  # fmt: skip
        name, _, rest = words.partition(" ")
        yield _typed(name, ANSWERERS, rest)
    yield _typed("page", MEMBERS, "<@U0SECOND> The disk is full")
    yield _typed("test", MEMBERS)
    yield _typed("alerts", ANSWERERS, shows="Disk full open {mark}")
    yield _typed("show", ANSWERERS, "{open}", shows="Disk full open {mark}")
    yield _typed("silence", STAFF, 'team="search" 2h deploy')
    yield _typed("silences", MEMBERS, shows="Because {mark}")
    yield _typed("unsilence", STAFF, "{silence}")
    yield _typed("oncall", MEMBERS, shows="Level 1")
    yield _typed("schedule", MEMBERS, shows="Duty")
    yield _typed("schedule", MEMBERS, "Duty", shows="Duty")
    yield _typed("who", MEMBERS, "severity=critical", shows="<@U0PAGED>")
    yield _typed("override", STAFF | {"paged"}, "<@U0SECOND> 2h Duty")
    yield _typed("watch", STAFF, '<#C0NEW|new> client:"New"')
    yield _typed("unwatch", STAFF, f"<#{CHANNEL}|acme>")
    yield _typed("clients", MEMBERS, shows="Acme {mark}")
    yield _typed("quality", STAFF, shows="30 days")
    yield _typed("sent", ADMINS, "{client}", shows="sent {mark}")
    yield _typed("heartbeat", MEMBERS, shows="nightly")
    yield _typed("heartbeat", ADMINS, "add hourly every:1h")
    yield _typed("heartbeat", ADMINS, "remove nightly")
    yield _typed("intake", MEMBERS, shows="C0ALERTS")
    yield _typed("intake", ADMINS, '<#C0NEW|new> title:"FIRING: (.*)"')
    yield _typed("intake", ADMINS, "<#C0ALERTS|alerts> stop")
    yield _typed("emoji", MEMBERS, shows=":rotating_light:")
    yield _typed("emoji", ADMINS, ":fire:")
    yield _typed("source", STAFF, shows="prod")
    yield _typed("source", STAFF, "generic prod", shows="Send a test signal")
    yield _typed("ways", MEMBERS, shows="A direct message, always first")
    yield _typed("ways", ADMINS, "<@U0SECOND>", shows="How they are reached")
    yield _typed("token", ADMINS, shows="of U0ADMIN")
    yield _typed("token", ADMINS, "new board")
    yield _typed("token", ADMINS, "revoke of U0MEMBER")
    yield _typed("admins", MEMBERS, shows="<@U0SECOND>")
    yield _typed("admins", ADMINS, "add <@U0MEMBER>")
    yield _typed("admins", ADMINS, "remove <@U0SECOND>")
    yield _typed("role", ADMINS, "<@U0MEMBER> responder")
    yield _typed("help", MEMBERS, shows="What I understand")


def _events() -> Iterator[Action]:
    yield Action(
        "event app_home_opened", ANSWERERS,
        lambda scene, who: slack.event(who.here, {"type": "app_home_opened", "user": who.slack_id, "tab": "home"}),
        shows="Disk full open {mark}",
    )  # fmt: skip
    told = {"type": "reaction_added", "reaction": "rotating_light", "item_user": "U0EXTERNAL"}
    item = {"type": "message", "channel": CHANNEL, "ts": "1700000000.000900"}
    yield Action(
        "event reaction_added", MEMBERS,
        lambda _, who: slack.event(who.here, {**told, "user": who.slack_id, "item": item}), is_quiet=True,
    )  # fmt: skip


ACTIONS = [*_buttons(), *_of_windows(), *_commands(), *_events()]
