"""The words about heartbeats, channels that are read and silent sources: harmless and within Slack's limits."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import heartbeats, intakes, notices
from bot.views.parts import SECTION_LENGTH
from models.channel_intake import Rules
from models.heartbeat import HeartbeatLine, Rhythm
from tests.bot.views.cards import NOW

HOSTILE = st.text(max_size=60) | st.sampled_from(["<!channel>", "<@U1>", "*a*`b`", "<https://evil.example|x>", "&lt;"])


def is_harmless(words: str) -> bool:
    """Nothing from outside mentions, links or tells a moment; our own mentions are of one channel."""
    ours = words.replace("<#C0OPS>", "").replace("<@U0BOB>", "").replace("<!date^", "")
    return not any(sign in ours for sign in ("<!", "<@", "<http", "<#"))


@given(HOSTILE, st.integers(0, 120))
@settings(max_examples=40)
def test_a_list_of_heartbeats(name: str, count: int) -> None:
    lines = [
        HeartbeatLine(name, Rhythm(), NOW if number % 3 else None, NOW if number % 2 else None, number)
        for number in range(count)
    ]
    told = heartbeats.listing(lines)
    assert len(told) <= SECTION_LENGTH
    assert is_harmless(told)


def test_the_silent_ones_stand_first() -> None:
    beating = HeartbeatLine("a", Rhythm(), NOW, NOW + timedelta(minutes=5), None)
    silent = HeartbeatLine("b", Rhythm(), NOW, None, 12)
    told = heartbeats.listing([beating, silent]).splitlines()
    assert told[0] == "*Heartbeats*: 2, of which 1 silent"
    assert told[1].startswith("• :red_circle: *b*")
    assert told[1].endswith("*silent* (#12)")


@given(HOSTILE)
@settings(max_examples=40)
def test_what_somebody_typed_comes_back_harmlessly(words: str) -> None:
    rules = Rules("C0OPS", words, words, words, sender=words)
    for told in (
        heartbeats.added(words, Rhythm(), "https://heed.example/heartbeats/s"),
        heartbeats.removed(words, [12]),
        heartbeats.no_such(words),
        heartbeats.there_already(words),
        intakes.listing([rules] * 30),
        intakes.read(rules),
    ):
        assert is_harmless(told)
        assert len(told) <= SECTION_LENGTH


@given(HOSTILE)
@settings(max_examples=40)
def test_the_question_about_a_silent_source(words: str) -> None:
    detail = {"alert": 12, "epoch": 1, "title": words, "source": words, "since": NOW.isoformat(), "times": 3}
    asked = notices.notice("stale", detail)
    assert is_harmless(asked.text)
    assert [each["text"]["text"] for each in asked.blocks[1]["elements"]] == ["Resolve", "Still true"]
    assert is_harmless(notices.still_true(12, words, "U0BOB").text)
