"""Searches in lists of Opsgenie's alerts: what is understood, and that the rest is refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.compatible.opsgenie import Refused
from bot.compatible.opsgenie_query import read_page, read_query


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {}),
        ("  ", {}),
        ("status: open", {"live": True}),
        ("status=closed", {"live": False}),
        ("Status:acked", {"acknowledged": True}),
        ("acknowledged: false", {"acknowledged": False}),
        ("alias: disk-db1", {"key": "alias:disk-db1"}),
        ('alias = "disk on db1" AND status: open', {"key": "alias:disk on db1", "live": True}),
        ("tinyId: 17 && acknowledged: true", {"number": 17, "acknowledged": True}),
        ("tinyId: x", {"number": 0}),
    ],
)
def test_what_is_understood(query: str, wanted: dict[str, Any]) -> None:
    assert read_query(query) == wanted


@pytest.mark.parametrize(
    "query",
    ["disk", "tag: prod", "status: open OR alias: a", "NOT status: open", "status: o*", "(status: open)", "alias:"],
)
def test_what_is_not_understood_is_refused(query: str) -> None:
    with pytest.raises(Refused) as raised:
        read_query(query)
    assert list(raised.value.errors) == ["query"]


@given(st.text(alphabet='statuopenlid:="& AND17\n', max_size=40))
@settings(max_examples=200)
def test_any_text_is_a_search_or_refused(query: str) -> None:
    with suppress(Refused):
        assert set(read_query(query)) <= {"live", "acknowledged", "key", "number"}


def test_pages_of_a_list() -> None:
    assert read_page({}) == (0, 20)
    assert read_page({"offset": "40", "limit": "100"}) == (40, 100)
    for asked in ({"limit": "101"}, {"limit": "0"}, {"limit": "ten"}, {"offset": "-1"}, {"offset": "20001"}):
        with pytest.raises(Refused):
            read_page(asked)
