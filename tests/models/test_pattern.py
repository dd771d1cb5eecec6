"""Expressions over a label's value: what they match, what is refused and where, and that none is slow."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pattern import Pattern, pattern

SINGLES = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\.", "[a-c.]", "é", r"\w"])
EXPRESSIONS = st.recursive(
    SINGLES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("sentence", "text", "value", "expected"),
    [
        ("a word matches itself", "payments", "payments", True),
        ("the whole value is compared, not a part", "pay", "payments", False),
        ("nor its end", "ments", "payments", False),
        ("a choice is anchored as a whole", "a|ab", "ab", True),
        ("nothing matches the empty value only", "", "x", False),
        ("an empty choice matches the empty value", "a|", "", True),
        (".+ needs something to be there", ".+", "", False),
        ("a dot is a line's end too", "a.*b", "a\nb", True),
        ("anchors around the whole are allowed", "^pay.*$", "payments", True),
        ("anchors around each choice are allowed", "^a$|^b$", "b", True),
        ("case counts", "Pay", "pay", False),
        ("unless (?i) stands at the beginning", "(?i)PAY.*", "payments", True),
        ("a count", "a{2,3}", "aaaa", False),
        ("a count without end", "a{2,}", "aaaa", True),
        ("a count of nothing", "a{0}b", "b", True),
        ("signs of sets are signs within brackets", "[[&|~]+", "&[|~", True),
        ("a closing bracket may come first", "[]a]+", "a]", True),
        ("a sign by its number", r"\x41", "A", True),
        ("a brace that closes nothing is itself", "}", "}", True),
        ("a backslash before a sign makes it plain", r"web-1\.prod", "web-1xprod", False),
    ],
)
def test_what_an_expression_matches(sentence: str, text: str, value: str, expected: bool) -> None:
    assert Pattern(text).matches(value) is expected, sentence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(a", 'character 1 of the pattern: "(" without ")"'),
        ("a)", 'character 2 of the pattern: ")" without "("'),
        ("x[a", 'character 2 of the pattern: "[" without "]"'),
        ("[]", "character 1 of the pattern: []: unterminated character set"),
        ("[z-a]", "character 1 of the pattern: [z-a]: bad character range z-a"),
        (
            r"[\b]",
            r"character 1 of the pattern: [\b] is not supported: no [: :], no -- and only the usual \ within [ ]",
        ),
        (
            "[[:alpha:]]",
            r"character 1 of the pattern: [[:alpha:] is not supported: no [: :], no -- and only the usual \ within [ ]",
        ),
        ("*", r"character 1 of the pattern: * has nothing to repeat; for the sign write \*"),
        ("a{b", r"character 2 of the pattern: { has nothing to repeat; for the sign write \{"),
        ("a**", "character 3 of the pattern: a repeat of a repeat; put the first into ( )"),
        ("a{2}{3}", "character 5 of the pattern: a repeat of a repeat; put the first into ( )"),
        ("a{3,1}", "character 2 of the pattern: {3,1} is no range of at most 200"),
        ("a{201}", "character 2 of the pattern: {201} is no range of at most 200"),
        (r"(a)\1", r"character 4 of the pattern: \1 is not supported"),
        (r"\bfoo", r"character 1 of the pattern: \b is not supported"),
        ("a\\", "character 2 of the pattern: \\ is not supported"),
        ("(?=a)", "character 1 of the pattern: (?= is not supported; (?i) may stand at the very beginning"),
        (
            "a$b",
            r"character 2 of the pattern: $ is not needed, the whole value is compared; for the sign write \$",
        ),
        ("((a{100}){100}){100}", "the pattern is too large: its repeats come to too many characters"),
        ("((){200}){200}", "the pattern is too large: its repeats come to too many characters"),
        ("a" * 501, "the pattern is too long: 501 characters, at most 500"),
        ("(" * 30 + ")" * 30, "character 21 of the pattern: more than 20 brackets within each other"),
    ],
)
def test_what_is_refused_names_its_place(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        Pattern(text)
    assert str(refused.value) == message


@given(EXPRESSIONS, st.text("abc.1é\n", max_size=8), st.booleans())
def test_it_agrees_with_python_wherever_both_understand(text: str, value: str, ignore_case: bool) -> None:
    text = f"(?i){text.upper()}" if ignore_case and "\\" not in text else text
    assert Pattern(text).matches(value) == (re.fullmatch(text, value, re.DOTALL) is not None)


@given(st.text(r"ab|()[]{}*+?.^$\-,12:dxi&~", max_size=12))
def test_any_text_is_understood_or_refused_in_one_line(text: str) -> None:
    refused = ""
    try:
        assert Pattern(text).matches("aab") in (True, False)
    except ValueError as error:
        refused = str(error)
    assert "\n" not in refused


@pytest.mark.parametrize("text", ["(a|a)*b", "(a*)*b", "(a+)+b", ".*.*.*.*.*b", "(a?){20}a{20}b", "(.*a){20}b"])
def test_a_hostile_value_cannot_make_an_expression_slow(text: str) -> None:
    compiled, began = Pattern(text), time.process_time()
    assert not compiled.matches("a" * 20_000)
    assert time.process_time() - began < 1


def test_what_is_kept_of_earlier_values_is_bounded() -> None:
    compiled = Pattern(".*x")
    for number in range(0x4E00, 0x4E00 + 6000):
        assert compiled.matches(f"{chr(number)}x")
    assert len(compiled._accepting) <= 5000
    assert len(compiled._steps) <= 5000


def test_an_expression_is_compiled_once() -> None:
    assert pattern("pay.*") is pattern("pay.*")
