"""The messages of a conversation or thread, ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from simulator.page import emoji
from simulator.page.dates import ago, clock_time, divider, weekday_date
from simulator.page.elements import render_text
from simulator.page.markup import element, external_link, join, safe_url
from simulator.page.mrkdwn import plain_text, render_mrkdwn
from simulator.page.reader import Reader
from simulator.page.render import Surface, render_blocks
from simulator.page.scene import Scene, display_name
from simulator.payloads import permalink
from simulator.state import Message, User

COMPACT_SECONDS = 300
SHOWN_MESSAGES = 150
SLACKBOT = "Slackbot"
NAMED_COLORS = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}


@dataclass(frozen=True)
class Author:
    """Whose name and picture stand at a message; `badge` is the other team's name or "Guest"."""

    id: str
    name: str
    user: User | None
    is_app: bool
    badge: str
    icon: Markup | None


@dataclass(frozen=True)
class Reaction:
    name: str
    picture: Markup
    count: int
    mine: bool
    people: str


@dataclass(frozen=True)
class Line:
    """One message as the acting person sees it. `divider` stands above a day's first message; `compact` drops the
    author because the message before is theirs and recent."""

    message: Message
    author: Author
    time: str
    full_time: str
    body: Markup
    divider: str | None
    compact: bool
    reactions: list[Reaction]
    replies: list[Message]
    repliers: list[User]
    last_reply: str
    own: bool
    highlighted: bool
    permalink: str
    tombstone: bool
    plain: str


def build_lines(scene: Scene, messages: Iterable[Message]) -> list[Line]:
    lines: list[Line] = []
    for message in messages:
        lines.append(build_line(scene, message, lines[-1] if lines else None))
    return lines


def main_lines(scene: Scene) -> list[Line]:
    """The newest messages of the main column."""
    channel = scene.channel
    if channel is None:
        return []
    shown = [message for message in channel.messages[-4 * SHOWN_MESSAGES :] if in_main_column(scene, message)]
    return build_lines(scene, shown[-SHOWN_MESSAGES:])


def in_main_column(scene: Scene, message: Message) -> bool:
    if message.is_reply and not message.broadcast:
        return False
    if message.deleted:
        return bool(scene.channel and scene.channel.replies(message.ts))
    return message.ephemeral_to in (None, scene.person.id)


def thread_lines(scene: Scene) -> tuple[list[Line], list[Line]]:
    """The first message of the open thread (none without such a message) and the replies the person may see."""
    channel, thread_ts = scene.channel, scene.thread_ts
    if channel is None or thread_ts is None or thread_ts not in channel.index:
        return [], []
    replies = [reply for reply in channel.threads.get(thread_ts, []) if not reply.deleted]
    seen = [reply for reply in replies if reply.ephemeral_to in (None, scene.person.id)]
    return build_lines(scene, [channel.index[thread_ts]]), build_lines(scene, seen)


def build_author(scene: Scene, message: Message) -> Author:
    user = scene.workspace.users.get(message.user_id)
    is_app = bool(message.bot_id or message.app_id or (user and user.is_bot))
    name = message.username or (author_name(user) if user else SLACKBOT)
    icon = None
    if message.icon_emoji:
        icon = emoji.by_name(message.icon_emoji.strip(":"))
    elif message.icon_url and safe_url(message.icon_url):
        icon = element("img", src=message.icon_url, alt="")
    return Author(message.user_id + name, name, user, is_app, badge_of(scene, user), icon)


def author_name(user: User) -> str:
    return display_name(user) if user.is_bot else user.real_name


def badge_of(scene: Scene, user: User | None) -> str:
    """The small mark of guests and of people of another team than the acting person's."""
    if user is None or user.is_bot:
        return ""
    if user.team_id != scene.person.team_id:
        return scene.team_name(user)
    return "Guest" if user.is_restricted else ""


def build_line(scene: Scene, message: Message, previous: Line | None) -> Line:
    reader, author = scene.reader, build_author(scene, message)
    moment = reader.local(float(message.ts))
    last = reader.local(float(previous.message.ts)) if previous else None
    new_day = last is None or last.date() != moment.date()
    channel = scene.channel
    replies = channel.replies(message.ts) if channel and not message.is_reply else []
    users = scene.workspace.users
    repliers = [users[user_id] for user_id in dict.fromkeys(reply.user_id for reply in replies) if user_id in users]
    return Line(
        message=message,
        author=author,
        time=clock_time(moment),
        full_time=f"{weekday_date(moment)} at {clock_time(moment)}",
        body=render_body(message, reader),
        divider=divider(moment, reader.today()) if new_day else None,
        compact=not new_day and previous is not None and follows(previous, message, author),
        reactions=[build_reaction(scene, name, people) for name, people in message.reactions.items() if people],
        replies=replies,
        repliers=repliers[:4],
        last_reply=last_reply_text(replies, reader.today(), reader) if replies else "",
        own=message.user_id == scene.person.id and message.ephemeral_to is None,
        highlighted=message.ts == scene.message_ts,
        permalink=permalink(scene.workspace, message),
        tombstone=message.deleted,
        plain=plain_text(message.text, reader),
    )


def follows(previous: Line, message: Message, author: Author) -> bool:
    """Whether the message continues the one before it without repeating who speaks."""
    recent = float(message.ts) - float(previous.message.ts) < COMPACT_SECONDS
    ordinary = message.ephemeral_to == previous.message.ephemeral_to and not (previous.tombstone or previous.replies)
    return recent and ordinary and previous.author.id == author.id


def last_reply_text(replies: list[Message], now: datetime, reader: Reader) -> str:
    when = ago(reader.local(float(replies[-1].ts)), now)
    return "Last reply just now" if when == "now" else f"Last reply {when}"


def build_reaction(scene: Scene, name: str, people: list[str]) -> Reaction:
    names = ", ".join(scene.reader.users.get(user_id, user_id) for user_id in people)
    return Reaction(name, emoji.by_name(name), len(people), scene.person.id in people, names)


def render_body(message: Message, reader: Reader) -> Markup:
    """Blocks if there are any (the text is then only for notifications), files and attachments below."""
    edited = element("span", " (edited)", class_="edited") if message.edited_ts else None
    if message.blocks:
        surface = Surface(f"m-{message.ts.replace('.', '-')}", values=message.state_values)
        content = render_blocks(message.blocks, reader, surface)
    else:
        content = element("div", render_mrkdwn(message.text, reader), edited, class_="text")
        edited = None
    files = (render_file(file, reader) for file in message.files)
    numbered = enumerate(message.attachments)
    attachments = (render_attachment(message, attachment, number, reader) for number, attachment in numbered)
    return join([content, edited, *files, *attachments])


def render_file(file: Mapping[str, Any], reader: Reader) -> Markup:
    url = str(file.get("url_private") or file.get("permalink") or "")
    own = reader.files.get(str(file.get("id", "")))
    title = str(file.get("title") or file.get("name") or "File")
    if str(file.get("mimetype", "")).startswith("image/"):
        caption = element("figcaption", title)
        picture = element("img", src=own or safe_url(url), alt=file.get("alt_txt") or title, loading="lazy")
        return element("figure", caption, picture, class_="file")
    kind = str(file.get("pretty_type") or file.get("filetype") or "File")
    name = element("b", title)
    if own or url:
        name = element("a", name, href=own, target="_blank") if own else external_link(url, name)
    return element(
        "div",
        element("span", "📄", class_="file-icon", aria_hidden="true"),
        name,
        element("small", kind),
        class_="file",
    )


def render_attachment(message: Message, attachment: Mapping[str, Any], number: int, reader: Reader) -> Markup:
    """A secondary attachment behind its colour bar: blocks, or the old fields."""
    color = str(attachment.get("color", ""))
    digits = color.removeprefix("#")
    bar = NAMED_COLORS.get(color) or (f"#{digits}" if len(digits) == 6 and digits.isalnum() else "var(--bar)")
    if attachment.get("blocks"):
        surface = Surface(f"m-{message.ts.replace('.', '-')}-{number}", values=message.state_values)
        body = render_blocks(attachment["blocks"], reader, surface)
    else:
        body = render_old_attachment(attachment, reader)
    pretext = render_mrkdwn(attachment["pretext"], reader) if attachment.get("pretext") else None
    box = element("div", body, class_="attachment", style=f"border-left-color:{bar}")
    return element("div", pretext, box)


def render_old_field(item: Mapping[str, Any], reader: Reader) -> Markup:
    value = render_mrkdwn(str(item.get("value", "")), reader)
    return element("div", element("b", item.get("title", "")), element("br"), value)


def render_old_attachment(attachment: Mapping[str, Any], reader: Reader) -> Markup:
    parts: list[Markup] = []
    if attachment.get("title"):
        title = element("b", attachment["title"])
        parts.append(
            element("div", external_link(attachment["title_link"], title) if attachment.get("title_link") else title)
        )
    text = attachment.get("text") or ("" if parts else attachment.get("fallback", ""))
    parts.append(element("div", render_mrkdwn(str(text), reader), class_="text"))
    fields = attachment.get("fields", [])
    if fields:
        cells = (render_old_field(item, reader) for item in fields)
        parts.append(element("div", join(cells), class_="fields"))
    if attachment.get("image_url"):
        parts.append(
            element("img", src=safe_url(str(attachment["image_url"])), alt=str(attachment.get("fallback", "")))
        )
    if attachment.get("footer"):
        parts.append(element("div", render_text(attachment["footer"], reader), class_="block context"))
    return join(parts)
