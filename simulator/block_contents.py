"""What is inside rich_text, tables, plans, task cards, cards and carousels.

https://docs.slack.dev/reference/block-kit/blocks
"""

from typing import Any

from simulator.block_parts import ANY_TEXT, ELEMENTS, FLAG, NUMBER, URL
from simulator.maxima import MOST
from simulator.rules import Items, Kind, Nullable, OneOf, Report, Rule, Shape, String, Text
from simulator.state import Json

TYPE = String(50)
BLOCK_ID = String(MOST["block_id"])
ENTITY = String(50, 1)
MANY = 1000

STYLE = Shape(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), FLAG)
)


def _inline(*required: str, **fields: Rule) -> Shape:
    return Shape({"type": TYPE, "style": STYLE, **fields}, required)


INLINE: dict[str, Rule] = {
    "text": _inline("text", text=String(MOST["posted text"], 1)),
    "link": _inline("url", url=String(MOST["url"], 1), text=String(MOST["posted text"]), unsafe=FLAG),
    "emoji": _inline("name", name=String(100, 1), unicode=String(100), skin_tone=NUMBER, url=URL),
    "user": _inline("user_id", user_id=ENTITY),
    "usergroup": _inline("usergroup_id", usergroup_id=ENTITY),
    "channel": _inline("channel_id", channel_id=ENTITY),
    "team": _inline("team_id", team_id=ENTITY),
    "broadcast": _inline("range", range=String(20, choices=("here", "channel", "everyone"))),
    "date": _inline(
        "timestamp", "format", timestamp=NUMBER, format=String(300, 1), url=URL, fallback=String(300, 1)
    ),
    "color": _inline("value", value=String(9, 4, pattern=r"#([0-9a-fA-F]{3}){1,2}([0-9a-fA-F]{2})?")),
}  # fmt: skip
LINE = Items(OneOf(INLINE), MANY, 0)
SECTION = Shape({"type": TYPE, "elements": LINE}, ("elements",))


def _indents(block: Json, pointer: str, report: Report) -> None:
    indent = block.get("indent", 0)
    if isinstance(indent, int) and not 0 <= indent <= MOST["list indent"]:
        report.add(f"must be 0 to {MOST['list indent']}", f"{pointer}/indent")


RICH_PARTS: dict[str, Rule] = {
    "rich_text_section": SECTION,
    "rich_text_list": Shape(
        {
            "type": TYPE, "style": String(10, choices=("bullet", "ordered")), "indent": NUMBER, "offset": NUMBER,
            "border": NUMBER, "elements": Items(OneOf({"rich_text_section": SECTION}), MANY),
        },
        ("style", "elements"), extra=_indents,
    ),
    "rich_text_preformatted": Shape(
        {
            "type": TYPE, "border": NUMBER, "language": String(50),
            "elements": Items(OneOf(INLINE, ("text", "link")), MANY, 0),
        },
        ("elements",),
    ),
    "rich_text_quote": Shape({"type": TYPE, "border": NUMBER, "elements": LINE}, ("elements",)),
}  # fmt: skip
RICH_TEXT = Shape(
    {"type": TYPE, "block_id": BLOCK_ID, "elements": Items(OneOf(RICH_PARTS), MANY, 0)}, ("elements",)
)  # fmt: skip
RICH_OBJECT = OneOf({"rich_text": RICH_TEXT})

CELL = OneOf(
    {
        "raw_text": Shape({"type": TYPE, "text": String(MOST["posted text"], 1)}, ("text",)),
        "raw_number": Shape(
            {"type": TYPE, "value": Kind((int, float), "number"), "text": String(MOST["text object"])}, ("value",)
        ),
        "rich_text": RICH_TEXT,
    }
)
COLUMN = Shape({"align": String(10, choices=("left", "center", "right")), "is_wrapped": FLAG})


def texts(part: Any) -> int:
    """How many characters of text are in something."""
    if isinstance(part, list):
        return sum(texts(one) for one in part)
    if not isinstance(part, dict):
        return 0
    own = part.get("text")
    inner = sum(texts(one) for one in part.values() if isinstance(one, dict | list))
    return inner + (len(own) if isinstance(own, str) else 0)


def _table(block: Json, pointer: str, report: Report) -> None:
    rows = [row for row in block.get("rows") or [] if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        report.add("all rows must have the same number of cells", f"{pointer}/rows")
    if texts(rows) > MOST["table characters"]:
        report.add(f"must be less than {MOST['table characters'] + 1} characters together", f"{pointer}/rows")


TABLE = Shape(
    {
        "type": TYPE, "block_id": BLOCK_ID, "rows": Items(Items(CELL, MOST["table columns"]), MOST["table rows"]),
        "column_settings": Items(Nullable(COLUMN), MOST["table column settings"]),
    },
    ("rows",), surfaces=("message",), extra=_table,
)  # fmt: skip

TASK_CARD = Shape(
    {
        "type": TYPE, "block_id": BLOCK_ID, "task_id": String(255, 1), "title": String(MOST["text object"], 1),
        "details": RICH_OBJECT, "output": RICH_OBJECT, "sources": Items(OneOf(ELEMENTS, ("url",)), 100),
        "status": String(20, choices=("pending", "in_progress", "complete", "error")),
    },
    ("task_id", "title"), surfaces=("message",),
)  # fmt: skip


def _tasks(block: Json, pointer: str, report: Report) -> None:
    ids = [task.get("task_id") for task in block.get("tasks") or [] if isinstance(task, dict)]
    for name in {str(name) for name in ids if ids.count(name) > 1}:
        report.add(f"task_id already exists: {name}", f"{pointer}/tasks")


PLAN = Shape(
    {
        "type": TYPE, "block_id": BLOCK_ID, "title": String(MOST["text object"], 1),
        "tasks": Items(OneOf({"task_card": TASK_CARD}), 100, 0),
    },
    ("title",), surfaces=("message",), extra=_tasks,
)  # fmt: skip

PICTURE = OneOf(ELEMENTS, ("image",))
CARD = Shape(
    {
        "type": TYPE, "block_id": BLOCK_ID, "title": Text(MOST["card title"], ANY_TEXT),
        "subtitle": Text(MOST["card subtitle"], ANY_TEXT), "body": Text(MOST["card body"], ANY_TEXT),
        "icon": PICTURE, "hero_image": PICTURE,
        "actions": Items(OneOf(ELEMENTS, ("button",)), MOST["card actions"]),
    },
    one_of=("title", "body", "hero_image", "actions"),
)  # fmt: skip
CAROUSEL = Shape(
    {"type": TYPE, "block_id": BLOCK_ID, "elements": Items(OneOf({"card": CARD}), MOST["carousel cards"])},
    ("elements",),
)
