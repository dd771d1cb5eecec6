"""Small pieces of Block Kit for tests."""

from typing import Any

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(1), "action_id": "a", **more}


def buttons(count: int) -> list[Json]:
    return [button(action_id=f"a{number}") for number in range(count)]


def options(count: int) -> list[Json]:
    return [{"text": plain(1), "value": str(number)} for number in range(count)]


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def select(**more: Any) -> list[Json]:
    return actions({"type": "static_select", "action_id": "a", **more})


def confirm(**more: Any) -> list[Json]:
    dialog = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **more}
    return actions(button(confirm=dialog))


def section(**more: Any) -> list[Json]:
    return [{"type": "section", **more}]


def option(length: int, value: int, description: int = 1) -> list[Json]:
    return [{"text": plain(length), "value": "v" * value, "description": plain(description)}]


def table(rows: int, columns: int, length: int = 1, **more: Any) -> list[Json]:
    return [{"type": "table", "rows": [[{"type": "raw_text", "text": "x" * length}] * columns] * rows, **more}]


def chosen(kind: str, count: int) -> list[Json]:
    return actions({"type": kind, "action_id": "a", "options": options(count)})


def asks(**more: Any) -> list[Json]:
    element = {"type": "plain_text_input", "action_id": "a"}
    return [{"type": "input", "label": plain(1), "element": element, **more}]


def entry(**more: Any) -> list[Json]:
    return asks(element={"type": "plain_text_input", "action_id": "a", **more})


def picture(**more: Any) -> list[Json]:
    return [{"type": "image", "alt_text": "x", "image_url": "https://x.example/y.png", **more}]


def card(**more: Any) -> Json:
    return {"type": "card", "title": plain(1), **more}


def video(**more: Any) -> list[Json]:
    url = "https://x.example/y"
    return [{"type": "video", "alt_text": "x", "title": plain(1), "thumbnail_url": url, "video_url": url, **more}]


def address(length: int) -> str:
    return "https://x.example/".ljust(length, "x")


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def line(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(**more: Any) -> Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": [line({"type": "text", "text": "x"})], **more}


def words(text: str = "x") -> Json:
    return {"type": "text", "text": text}


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(1), "blocks": [], **more}
