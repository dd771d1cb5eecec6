"""A sheet to draw on, in pixels from the top left corner, with text from outside drawn literally, as far as fonts go.

No pyplot and no settings of the process: what comes out depends on what is drawn and on the fonts of the machine.
"""

import unicodedata
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names
from matplotlib.ft2font import FT2Font
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle
from matplotlib.patheffects import withStroke

DPI = 128
"""A power of two, so that pixels divided by it are exact."""
FAMILIES = (
    "DejaVu Sans", "Noto Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Devanagari",
    "Noto Sans Thai", "Droid Sans Fallback", "WenQuanYi Zen Hei", "Hiragino Sans", "PingFang SC", "Malgun Gothic",
)  # fmt: skip
"""matplotlib brings the first one; the others add scripts where the machine has them."""
HUES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#f0e442")
"""Okabe and Ito's colours, which the colour-blind can tell apart, without black and without red, which is for gaps."""
SHADES = (0.0, 0.5, -0.35, 0.72, -0.6)
"""How much white (more than 0) or black (less) is mixed into the hues when all of them are taken, in order."""
UNKNOWN = "\u25a1"
ROUNDEST = 9
HALO = 5
OVER_BOXES = 1_000_000


@dataclass(frozen=True)
class Look:
    """How text is set: its size in pixels, its colour, and the colour that it stands on, which keeps lines off it."""

    size: int
    colour: str
    on: str
    bold: bool = False


class Sheet:
    """`width` times `height` pixels; a box covers those put before it, and text covers boxes."""

    def __init__(self, width: int, height: int, paper: str) -> None:
        figure = Figure((width / DPI, height / DPI), dpi=DPI, facecolor=paper)
        self._canvas: Any = FigureCanvasAgg(figure)
        self._axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        self._axes.set_axis_off()
        self._order = count()
        installed = set(get_font_names())
        self._families = [name for name in FAMILIES if name in installed]
        self._faces = [_face(FontProperties(family=family)) for family in self._families]
        self._strong_face = _face(FontProperties(family=self._families[0], weight="bold"))

    def box(self, x: float, y: float, width: float, height: float, colour: str, **style: Any) -> None:
        """A filled box; `style` is matplotlib's for patches."""
        self._add(Rectangle((x, y), width, height), colour, style)

    def bar(self, x: float, y: float, width: float, height: float, colour: str, **style: Any) -> None:
        """A box with round corners, where it is wide enough for them."""
        corner = min(ROUNDEST, width / 4, height / 4)
        self._add(FancyBboxPatch((x, y), width, height, boxstyle=f"round,pad=0,rounding_size={corner}"), colour, style)

    def _add(self, shape: Patch, colour: str, style: dict[str, Any]) -> None:
        shape.set(facecolor=colour, linewidth=0, zorder=next(self._order))
        shape.set(**style)
        self._axes.add_artist(shape)

    def text(self, x: float, y: float, text: str, look: Look, middle: bool = False) -> None:
        """`text` over all boxes, with its base line at `y` and its left end, or its middle, at `x`."""
        if not text:
            return
        shown, font = self._set(text, look)
        drawn = self._axes.text(x, y, shown, parse_math=False, zorder=OVER_BOXES)
        drawn.set(color=look.colour, fontproperties=font, verticalalignment="baseline")
        drawn.set(horizontalalignment="center" if middle else "left")
        drawn.set_path_effects([withStroke(linewidth=HALO * 72 / DPI, foreground=look.on)])

    def width_of(self, text: str, look: Look) -> float:
        """How many pixels `text` takes."""
        shown, font = self._set(text, look)
        return float(self._canvas.get_renderer().get_text_width_height_descent(shown, font, False)[0])

    def fitted(self, text: str, room: float, look: Look) -> str:
        """`text`, cut so that it takes no more than `room` pixels; empty if there is room for nothing."""
        if self.width_of(text, look) <= room:
            return text
        while text and self.width_of(f"{text}…", look) > room:
            text = text[:-1].rstrip()
        return text and f"{text}…"

    def png(self) -> bytes:
        """The sheet as a PNG; the same things drawn give the same bytes."""
        written = BytesIO()
        self._canvas.print_png(written, metadata={"Software": None})
        return written.getvalue()

    def _set(self, text: str, look: Look) -> tuple[str, FontProperties]:
        """`text` as it can be drawn, and the font for it; it is bold only if the first family has all of it."""
        shown, size = self._drawable(unicodedata.normalize("NFC", text)), look.size * 72 / DPI
        if look.bold and all(self._strong_face.get_char_index(ord(char)) for char in shown):
            return shown, FontProperties(family=self._families[0], weight="bold", size=size)
        return shown, FontProperties(family=self._families, size=size)

    def _drawable(self, text: str) -> str:
        """A box stands for every letter that no font has; marks and pictures that none has are left out."""
        known = {char for char in text if any(face.get_char_index(ord(char)) for face in self._faces)}
        shown = (char if char in known else UNKNOWN if char.isalnum() else "" for char in text)
        return "".join(shown).strip() or UNKNOWN


def _face(font: FontProperties) -> FT2Font:
    return get_font(findfont(font))


def colour_of(number: int) -> str:
    """The colour of whatever has this number, counted from 0; there are 30, then they begin again."""
    hue, mix = to_rgb(HUES[number % len(HUES)]), SHADES[number // len(HUES) % len(SHADES)]
    red, green, blue = (part + (1 - part) * mix if mix > 0 else part * (1 + mix) for part in hue)
    return to_hex((red, green, blue))


def ink_on(colour: str, dark: str, light: str) -> str:
    """Whichever of the two is easier to read on `colour`, by its relative luminance as WCAG defines it."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return dark if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 else light
