"""The page as named fragments, so that a change in the world replaces no more of it than it must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulator.page import emoji
from simulator.page.conversation import main_lines, thread_lines
from simulator.page.elements import render_text
from simulator.page.render import Surface, render_blocks
from simulator.page.scene import Scene
from simulator.page.sidebar import ReadMarks, app_messages, build_sidebar
from simulator.state import App, View
from simulator.story import Player

PICKER = (
    "+1", "-1", "eyes", "white_check_mark", "heavy_check_mark", "x", "warning", "rotating_light", "fire",
    "heart", "tada", "pray", "wave", "joy", "slightly_smiling_face", "thinking_face", "cry", "rage", "rocket",
    "bug", "hourglass_flowing_sand", "100", "speech_balloon", "raised_hands",
)  # fmt: skip

ENVIRONMENT = Environment(
    loader=PackageLoader("simulator.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def apps_with(scene: Scene, kind: str) -> list[App]:
    """Apps that offer shortcuts of that kind; people of other teams see none."""
    apps = [] if scene.person.is_stranger else scene.workspace.apps.values()
    return [app for app in apps if any(shortcut.type == kind for shortcut in app.shortcuts)]


def shared_variables(scene: Scene) -> dict[str, Any]:
    return {
        "scene": scene,
        "emoji": emoji.by_name,
        "picker": PICKER,
        "apps_with_message_shortcuts": apps_with(scene, "message"),
        "apps_with_global_shortcuts": apps_with(scene, "global"),
    }


def template(name: str, scene: Scene, **variables: Any) -> Markup:
    return Markup(ENVIRONMENT.get_template(name).render(**shared_variables(scene), **variables).strip())


def sidebar(scene: Scene, marks: ReadMarks) -> Markup:
    return template("sidebar.html", scene, sidebar=build_sidebar(scene, marks))


def header(scene: Scene) -> Markup:
    users = scene.workspace.users
    members = [users[member] for member in (scene.channel.members if scene.channel else []) if member in users]
    outside = sorted({scene.team_name(user) for user in members if user.team_id != scene.person.team_id})
    return template("header.html", scene, members=members, outside_teams=outside)


def content(scene: Scene) -> Markup:
    if scene.shows_home:
        return template("home.html", scene, body=view_body(scene, scene.home))
    return template("messages.html", scene, lines=main_lines(scene))


def thread(scene: Scene) -> Markup:
    parents, replies = thread_lines(scene)
    return template("thread.html", scene, parents=parents, replies=replies)


def view_body(scene: Scene, view: View | None) -> Markup:
    if view is None:
        return Markup("")
    return render_blocks(view.blocks, scene.reader, Surface(f"v-{view.id}", view.errors, view.state_values))


def modal(scene: Scene) -> Markup:
    view = scene.modal
    if view is None:
        return Markup("")
    app = scene.workspace.apps[view.app_id]
    return template(
        "modal.html", scene, view=view, body=view_body(scene, view), bot=scene.workspace.bot_of(app),
        depth=len(scene.workspace.modals[scene.person.id]),
        has_inputs=any(block.get("type") == "input" for block in view.blocks),
        text=lambda value: render_text(value, scene.reader),
    )  # fmt: skip


def build(scene: Scene, marks: ReadMarks, player: Player) -> dict[str, Markup]:
    """Fragment name -> HTML."""
    return {
        "rail": template("rail.html", scene),
        "sidebar": sidebar(scene, marks),
        "header": header(scene),
        "content": content(scene),
        "composer": template("composer.html", scene),
        "thread": thread(scene),
        "modal": modal(scene),
        "story": template("story.html", scene, player=player),
    }


def newest(scene: Scene) -> str:
    """The ts of the newest message that could have made a toast."""
    return max((message.ts for message in app_messages(scene, "0")), default="0")


def page_title(scene: Scene) -> str:
    return f"{scene.title} - {scene.workspace.team.name} - Slack simulator"


def page(scene: Scene, marks: ReadMarks, player: Player) -> str:
    """The whole document."""
    fragments: Mapping[str, Markup] = build(scene, marks, player)
    return str(
        template(
            "page.html", scene, fragments=fragments, since=newest(scene), title=page_title(scene),
            stories=template("stories.html", scene, player=player),
        )
    )  # fmt: skip
