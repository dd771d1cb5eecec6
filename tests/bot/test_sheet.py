"""The sheet: what is drawn is there, text comes out literally, and what no font has never warns."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb
from matplotlib.image import imread

from bot.sheet import HUES, UNKNOWN, Look, Sheet, colour_of, ink_on

PLAIN = Look(28, "#000000", "#ffffff")
STRONG = Look(28, "#000000", "#ffffff", bold=True)


def sheet() -> Sheet:
    return Sheet(200, 100, "#ffffff")


def pixel(drawn: Sheet, x: int, y: int) -> str:
    red, green, blue, _ = imread(BytesIO(drawn.png()), format="png")[y, x]
    return to_hex((red, green, blue))


def test_a_box_stands_where_it_was_put_and_covers_what_was_there() -> None:
    drawn = sheet()
    drawn.box(10, 20, 50, 30, "#0072b2")
    drawn.bar(40, 20, 50, 30, "#e69f00")
    assert [pixel(drawn, x, 35) for x in (5, 20, 50, 80, 95)] == ["#ffffff", "#0072b2", "#e69f00", "#e69f00", "#ffffff"]
    assert [pixel(drawn, 20, y) for y in (15, 25, 45, 55)] == ["#ffffff", "#0072b2", "#0072b2", "#ffffff"]


def test_the_size_is_exact_and_the_same_drawing_gives_the_same_bytes() -> None:
    first, second = Sheet(1201, 333, "#ffffff"), Sheet(1201, 333, "#ffffff")
    for each in (first, second):
        each.text(20, 50, "alice", PLAIN)
    assert first.png() == second.png()
    assert imread(BytesIO(first.png()), format="png").shape[:2] == (333, 1201)


def test_text_covers_boxes_that_are_put_later() -> None:
    drawn = sheet()
    drawn.text(20, 60, "HHHH", STRONG)
    drawn.box(0, 0, 200, 100, "#e69f00")
    assert "#000000" in {pixel(drawn, x, 50) for x in range(20, 60)}


@pytest.mark.parametrize("formula", ["$x^2$", "$\\alpha$", "\\$", "$\\frac{", "$"])
def test_a_dollar_is_a_dollar(formula: str) -> None:
    """A formula would be narrower than its letters, or an error."""
    drawn = sheet()
    drawn.text(10, 50, formula, replace(PLAIN, on="#0072b2"))
    dark = np.flatnonzero((imread(BytesIO(drawn.png()), format="png")[:, :, 0] < 0.5).any(axis=0))
    letters = sum(drawn.width_of(letter, PLAIN) for letter in formula)
    assert dark[-1] - dark[0] == pytest.approx(letters, rel=0.3)


def test_letters_that_no_font_has_become_boxes_and_pictures_are_left_out() -> None:
    cuneiform, rocket = "\U00012000", "\U0001f680"
    width = sheet().width_of
    assert width(cuneiform * 3, PLAIN) == width(UNKNOWN * 3, PLAIN)
    assert width(f"alice {rocket}", PLAIN) == width("alice", PLAIN)
    assert width(rocket, PLAIN) == width(UNKNOWN, PLAIN)


@pytest.mark.parametrize("look", [PLAIN, STRONG])
@pytest.mark.parametrize(
    "text",
    ["Мария", "محمد علي", "שרה", "田中 太郎", "प्रिया", "สมชาย", "김철수", "e\u0301", "\U00012000\U0001f680", "ﷺ", "𝕳"],
)
def test_every_script_is_drawn_without_a_warning(text: str, look: Look) -> None:
    drawn = sheet()
    drawn.text(10, 50, text, look)
    assert len(set(drawn.png())) > 1
    assert drawn.width_of(text, look) > 0


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60), st.integers(0, 300), st.booleans())
def test_fitted_text_fits_and_can_be_drawn(text: str, room: int, bold: bool) -> None:
    drawn, look = sheet(), STRONG if bold else PLAIN
    shown = drawn.fitted(text, room, look)
    assert not shown or drawn.width_of(shown, look) <= room
    assert shown == text or not shown or shown.endswith("…")
    drawn.text(10, 50, shown, look)
    drawn.png()


def test_thirty_things_have_thirty_colours_and_none_is_red() -> None:
    colours = [colour_of(number) for number in range(30)]
    assert len(set(colours)) == 30
    assert colours[:6] == list(HUES)
    assert colour_of(30) == colours[0]
    for red, green, blue in map(to_rgb, colours):
        assert not (red > 0.6 and green < 0.35 and blue < 0.35)


@pytest.mark.parametrize("number", range(30))
def test_names_can_be_read_on_every_colour(number: int) -> None:
    """4.5 is what WCAG wants of small text, 3 of large text such as this."""
    colour = colour_of(number)
    lighter, darker = sorted((luminance(colour), luminance(ink_on(colour, "#1d1c1d", "#ffffff"))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4


def luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
