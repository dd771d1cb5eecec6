"""Block Kit's interactive elements as HTML.

What the page's script relies on: a control carries `data-action-id` and `data-type`; `data-dispatch` says when it is
sent to the app at once (`click`, `change`, `close`, `option`, `enter` or `character`); `data-many` marks a group whose
checked inputs are the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from simulator.page.emoji import emojify, glyphs
from simulator.page.markup import Attribute, element, join, safe_url
from simulator.page.mrkdwn import render_mrkdwn
from simulator.page.reader import Choice, Reader
from simulator.page.rich_text import plain_from_rich_text

Element = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where an element stands: a name unique on the page, whether using it tells the app at once, its label's id."""

    name: str
    dispatch: bool = True
    label_id: str | None = None


def render_text(text: Element | str | None, reader: Reader) -> Markup:
    """A text object: mrkdwn is formatted, plain_text only gets its emoji (unless switched off)."""
    if text is None or isinstance(text, str):
        return escape(text or "")
    content = str(text.get("text", ""))
    if text.get("type") == "mrkdwn":
        return render_mrkdwn(content, reader, verbatim=bool(text.get("verbatim")))
    lines = content.split("\n")
    return join((emojify(line, codes=text.get("emoji", True) is not False) for line in lines), "<br>")


def bare(text: Element | None) -> str:
    """A text object where HTML is impossible: menu lines, placeholders."""
    return glyphs(str((text or {}).get("text", "")))


def render_confirm(confirm: Element | None, reader: Reader) -> str | None:
    """The confirm dialog's inside as HTML, kept in an attribute until it is needed."""
    if not confirm:
        return None
    style = "danger" if confirm.get("style") == "danger" else "primary"
    deny = element("button", render_text(confirm.get("deny"), reader), class_="button", value="deny")
    accept = element("button", render_text(confirm.get("confirm"), reader), class_=f"button {style}", value="confirm")
    return str(
        element("h2", render_text(confirm.get("title"), reader))
        + element("p", render_text(confirm.get("text"), reader))
        + element("div", deny, accept, class_="dialog-actions")
    )


def common(item: Element, place: Place, reader: Reader, when: str = "change") -> dict[str, Attribute]:
    return {
        "data_action_id": item.get("action_id", ""),
        "data_type": item.get("type", ""),
        "data_dispatch": when if place.dispatch else None,
        "data_confirm": render_confirm(item.get("confirm"), reader),
        "aria_labelledby": place.label_id,
    }


def render_button(item: Element, place: Place, reader: Reader) -> Markup:
    style = item.get("style", "")
    attributes = common(item, place, reader, "click") | {
        "class_": f"button {style if style in ('primary', 'danger') else ''}".strip(),
        "data_value": item.get("value"),
        "aria_label": item.get("accessibility_label"),
        "aria_labelledby": None,
    }
    text = render_text(item.get("text"), reader)
    url = safe_url(item["url"]) if item.get("url") else None
    if url:
        local = reader.own_page(url)
        target: dict[str, Attribute] = (
            {"data_nav": True} if local else {"target": "_blank", "rel": "noopener noreferrer"}
        )
        return element("a", text, href=local or url, role="button", **target, **attributes)
    return element("button", text, type="button", **attributes)


def option_lines(options: Iterable[Element], chosen: str) -> Markup:
    return join(
        element("option", bare(option.get("text")), value=option.get("value"), selected=option.get("value") == chosen,
                title=bare(option.get("description")) or None)
        for option in options
    )  # fmt: skip


def menu_lines(item: Element, chosen: str) -> Markup:
    groups = item.get("option_groups")
    if not groups:
        return option_lines(item.get("options", []), chosen)
    return join(
        element("optgroup", option_lines(group.get("options", []), chosen), label=bare(group.get("label")))
        for group in groups
    )


def choice_lines(choices: Sequence[Choice], chosen: str) -> Markup:
    return join(
        element("option", glyphs(choice.label), value=choice.id, selected=choice.id == chosen) for choice in choices
    )


def choices_of(kind: str, reader: Reader) -> Sequence[Choice]:
    """The lines of the menus that Slack itself fills."""
    if "users" in kind:
        return reader.people
    return reader.public_channels if "channels" in kind else reader.conversations


def render_select(item: Element, place: Place, reader: Reader) -> Markup:
    kind = item["type"]
    if kind in ("static_select", "external_select"):
        chosen = str((item.get("initial_option") or {}).get("value", ""))
        lines = menu_lines(item, chosen)
    else:
        chosen = next((str(item[key]) for key in INITIAL_KEYS if item.get(key)), "")
        lines = choice_lines(choices_of(kind, reader), chosen)
    placeholder = bare(item.get("placeholder")) or "Choose an option"
    empty = element("option", placeholder, value="", selected=not chosen)
    name = None if place.label_id else placeholder
    return element("select", empty, lines, class_="select", aria_label=name, **common(item, place, reader))


INITIAL_KEYS = ("initial_user", "initial_channel", "initial_conversation")


def all_options(item: Element) -> list[Element]:
    groups = item.get("option_groups") or [{"options": item.get("options", [])}]
    return [option for group in groups for option in group.get("options", [])]


def render_multi(item: Element, place: Place, reader: Reader) -> Markup:
    """A menu of several: a disclosure with one checkbox a line; its summary shows what is chosen."""
    kind = item["type"]
    if kind in ("multi_static_select", "multi_external_select"):
        choices = [Choice(str(option.get("value", "")), bare(option.get("text"))) for option in all_options(item)]
        chosen = {str(option.get("value")) for option in item.get("initial_options", [])}
    else:
        choices = list(choices_of(kind, reader))
        chosen = {str(value) for key in INITIAL_KEYS for value in item.get(f"{key}s", [])}
    lines = join(render_multi_line(choice, choice.id in chosen) for choice in choices)
    names = ", ".join(choice.label for choice in choices if choice.id in chosen)
    placeholder = bare(item.get("placeholder")) or "Choose options"
    summary = element("summary", names or placeholder, class_="select", data_placeholder=placeholder)
    menu = element("div", lines, class_="menu")
    attributes = common(item, place, reader, "close")
    return element(
        "details", summary, menu, class_="multi", data_many=True, data_max=item.get("max_selected_items"), **attributes
    )


def render_multi_line(choice: Choice, chosen: bool) -> Markup:
    box = element("input", type="checkbox", value=choice.id, checked=chosen, data_label=choice.label)
    return element("label", box, element("span", glyphs(choice.label)))


def render_overflow(item: Element, place: Place, reader: Reader) -> Markup:
    lines = [render_overflow_line(option, reader) for option in item.get("options", [])]
    summary = element("summary", "⋯", class_="button", aria_label="More actions")
    return element(
        "details", summary, element("div", join(lines), class_="menu", role="menu"), class_="overflow",
        **common(item, place, reader, "option"),
    )  # fmt: skip


def render_overflow_line(option: Element, reader: Reader) -> Markup:
    text = render_text(option.get("text"), reader)
    url = safe_url(option["url"]) if option.get("url") else None
    value = option.get("value")
    if url:
        return element(
            "a", text, href=url, target="_blank", rel="noopener noreferrer", role="menuitem", data_option=value
        )
    return element("button", text, type="button", role="menuitem", data_option=value)


def render_group(item: Element, place: Place, reader: Reader) -> Markup:
    """Checkboxes and radio buttons."""
    kind = "radio" if item["type"] == "radio_buttons" else "checkbox"
    initial = [item["initial_option"]] if item.get("initial_option") else item.get("initial_options", [])
    chosen = {option.get("value") for option in initial}
    name = f"{place.name}:{item.get('action_id', '')}"
    lines = []
    for option in item.get("options", []):
        box = element("input", type=kind, name=name, value=option.get("value"), checked=option.get("value") in chosen)
        note = element("small", render_text(option["description"], reader)) if option.get("description") else None
        lines.append(element("label", box, element("span", render_text(option.get("text"), reader), note)))
    role = "radiogroup" if kind == "radio" else "group"
    return element("div", join(lines), class_="choices", role=role, data_many=True, **common(item, place, reader))


def typing_dispatch(item: Element) -> str:
    triggers = (item.get("dispatch_action_config") or {}).get("trigger_actions_on", ["on_enter_pressed"])
    return "character" if "on_character_entered" in triggers else "enter"


def render_typed(item: Element, place: Place, reader: Reader) -> Markup:
    """Everything that is typed: text, number, e-mail, url, rich text (as plain text)."""
    kind = item["type"]
    attributes = common(item, place, reader, typing_dispatch(item)) | {
        "class_": "text-input",
        "placeholder": bare(item.get("placeholder")) or None,
        "minlength": item.get("min_length"),
        "maxlength": item.get("max_length"),
        "autofocus": bool(item.get("focus_on_load")),
        "autocomplete": "off",
        "aria_label": None if place.label_id else bare(item.get("placeholder")) or "Text",
    }
    initial = item.get("initial_value")
    if kind == "rich_text_input":
        return element("textarea", "\n", plain_from_rich_text(initial), rows=4, **attributes)
    if item.get("multiline"):
        return element("textarea", "\n", initial or "", rows=4, **attributes)
    modes = {"number_input": "decimal", "email_text_input": "email", "url_text_input": "url"}
    return element("input", type="text", inputmode=modes.get(kind), value=initial or "", **attributes)


def render_picker(item: Element, place: Place, reader: Reader) -> Markup:
    """Date, time, and both; the last one in the reader's own time zone."""
    kind = item["type"]
    initial: str | None = item.get("initial_date") or item.get("initial_time")
    if kind == "datetimepicker" and item.get("initial_date_time"):
        initial = f"{reader.local(item['initial_date_time']):%Y-%m-%dT%H:%M}"
    types = {"datepicker": "date", "timepicker": "time", "datetimepicker": "datetime-local"}
    name = None if place.label_id else bare(item.get("placeholder")) or kind
    return element(
        "input", type=types[kind], value=initial, class_="select picker", aria_label=name, **common(item, place, reader)
    )


def render_image_element(item: Element, place: Place, reader: Reader) -> Markup:
    return element("img", src=image_source(item, reader), alt=item.get("alt_text", ""), loading="lazy")


def image_source(item: Element, reader: Reader) -> str | None:
    """The address of an image or of an uploaded file of the workspace."""
    file = item.get("slack_file") or {}
    url = item.get("image_url") or file.get("url") or reader.files.get(file.get("id", ""))
    return safe_url(url) or (url if str(url).startswith("/sim/") else None) if url else None


def render_feedback(item: Element, place: Place, reader: Reader) -> Markup:
    buttons = [item[key] | {"type": "button"} for key in ("positive_button", "negative_button") if key in item]
    shared = {"action_id": item.get("action_id", "")}
    return join(render_button({**button, **shared}, place, reader) for button in buttons)


RENDERERS: dict[str, Callable[[Element, Place, Reader], Markup]] = {
    "button": render_button,
    "workflow_button": render_button,
    "overflow": render_overflow,
    "image": render_image_element,
    "feedback_buttons": render_feedback,
    "checkboxes": render_group,
    "radio_buttons": render_group,
    **dict.fromkeys(("datepicker", "timepicker", "datetimepicker"), render_picker),
    **{f"{kind}_select": render_select for kind in ("static", "external", "users", "conversations", "channels")},
    **{f"multi_{kind}_select": render_multi for kind in ("static", "external", "users", "conversations", "channels")},
    **dict.fromkeys(
        ("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"), render_typed
    ),
}


def render_element(item: Element, place: Place, reader: Reader) -> Markup:
    render = RENDERERS.get(item.get("type", ""))
    if render is None:
        return element("span", f"Unsupported element: {item.get('type')}", class_="unsupported")
    return render(item, place, reader)


def wall_clock(text: str) -> datetime:
    """The value of a datetime-local field, still without a time zone."""
    return datetime.strptime(text[:16], "%Y-%m-%dT%H:%M")
