"""Emoji short codes.

Those in DRAWN come from static/emoji.svg, so that they look the same on a machine without an emoji font.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from simulator.page.markup import element

CODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")

TABLE = """
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|100 💯|alarm_clock ⏰|alert 🚨|ambulance 🚑|angry 😠
arrow_down ⬇️|arrow_forward ▶️|arrow_left ⬅️|arrow_right ➡️|arrow_up ⬆️
arrows_counterclockwise 🔄|art 🎨|bangbang ‼️|bar_chart 📊|battery 🔋|beer 🍺|beers 🍻|bell 🔔
birthday 🎂|black_circle ⚫|black_large_square ⬛|blue_heart 💙|blush 😊|book 📖|bookmark 🔖|boom 💥
broken_heart 💔|brown_circle 🟤|bug 🐛|building_construction 🏗️|bulb 💡|calendar 📅|call_me_hand 🤙
chart_with_downwards_trend 📉|chart_with_upwards_trend 📈|checkered_flag 🏁|cherry_blossom 🌸
clap 👏|clipboard 📋|clock1 🕐|clock10 🕙|closed_lock_with_key 🔐|coffee ☕|cold_sweat 😰|computer 💻
confused 😕|construction 🚧|cookie 🍪|cry 😢|crying_cat_face 😿|dart 🎯|date 📅|disappointed 😞
dizzy 💫|earth_africa 🌍|email 📧|envelope ✉️|exclamation ❗|heavy_exclamation_mark ❗
exploding_head 🤯|eyes 👀|facepalm 🤦|face_with_rolling_eyes 🙄|fast_forward ⏩|file_folder 📁
fire 🔥|fire_engine 🚒|firefighter 🧑‍🚒|flag-de 🇩🇪|flag-us 🇺🇸|gear ⚙️|gift 🎁|green_heart 💚
grey_exclamation ❕|grey_question ❔|grimacing 😬|grin 😁|grinning 😀|hammer_and_wrench 🛠️
handshake 🤝|headphones 🎧|hear_no_evil 🙉|heart ❤️|heart_eyes 😍|heavy_check_mark ✔️
heavy_minus_sign ➖|heavy_plus_sign ➕|hourglass ⌛|hourglass_flowing_sand ⏳|house 🏠
hugging_face 🤗|hushed 😯|inbox_tray 📥|information_source ℹ️|joy 😂|key 🔑|label 🏷️
large_blue_circle 🔵|blue_circle 🔵|large_blue_square 🟦|large_brown_square 🟫
large_green_circle 🟢|large_green_square 🟩|large_orange_circle 🟠|large_orange_square 🟧
large_purple_circle 🟣|large_purple_square 🟪|large_red_square 🟥|large_yellow_circle 🟡
large_yellow_square 🟨|leaves 🍃|link 🔗|lock 🔒|loudspeaker 📢|low_battery 🪫|mag 🔍|mailbox 📫
mega 📣|memo 📝|pencil 📝|mobile_phone_off 📴|money_with_wings 💸|moneybag 💰|mute 🔇|muscle 💪
neutral_face 😐|new 🆕|no_bell 🔕|no_entry ⛔|no_entry_sign 🚫|ocean 🌊|ok 🆗|ok_hand 👌|open_mouth 😮
orange_heart 🧡|outbox_tray 📤|package 📦|pager 📟|palm_tree 🌴|paperclip 📎|pause_button ⏸️
double_vertical_bar ⏸️|partying_face 🥳|phone ☎️|telephone ☎️|telephone_receiver 📞|iphone 📱
point_down 👇|point_left 👈|point_right 👉|point_up ☝️|pray 🙏|purple_heart 💜|pushpin 📌|question ❓
rage 😡|rainbow 🌈|raised_hand ✋|raised_hands 🙌|raising_hand 🙋|recycle ♻️|red_circle 🔴
relaxed ☺️|relieved 😌|repeat 🔁|robot_face 🤖|rocket 🚀|rotating_light 🚨|runner 🏃|sad 😢
satellite_antenna 📡|scream 😱|see_no_evil 🙈|seedling 🌱|shield 🛡️|ship 🚢|shrug 🤷|skull 💀
sleeping 😴|slightly_frowning_face 🙁|slightly_smiling_face 🙂|smile 😄|smiley 😃|smirk 😏|snail 🐌
sob 😭|sos 🆘|sparkles ✨|speech_balloon 💬|star ⭐|stopwatch ⏱️|strawberry 🍓|sunglasses 😎|sunny ☀️
sweat 😓|sweat_smile 😅|tada 🎉|thinking_face 🤔|thread 🧵|ticket 🎫|timer_clock ⏲️|triumph 😤
triangular_flag_on_post 🚩|trophy 🏆|truck 🚚|unamused 😒|unlock 🔓|v ✌️|vertical_traffic_light 🚦
warning ⚠️|wastebasket 🗑️|watch ⌚|wave 👋|weary 😩|white_check_mark ✅|white_circle ⚪
white_large_square ⬜|wink 😉|worried 😟|wrench 🔧|writing_hand ✍️|x ❌|yellow_heart 💛|yum 😋|zap ⚡
zipper_mouth_face 🤐|zzz 💤
"""

GLYPHS: dict[str, str] = dict(entry.split(" ", 1) for line in TABLE.split("\n") for entry in line.split("|") if entry)

DRAWN: dict[str, str] = {
    "🔴": "circle-red", "🟠": "circle-orange", "🟡": "circle-yellow", "🟢": "circle-green",
    "🔵": "circle-blue", "🟣": "circle-purple", "🟤": "circle-brown", "⚪": "circle-white",
    "⚫": "circle-black", "✅": "check-box", "✔": "check", "❌": "cross", "⚠": "warning", "🚨": "siren",
    "🔔": "bell", "🔕": "bell-off", "👀": "eyes", "🔥": "fire", "👍": "thumb-up", "👎": "thumb-down",
    "❗": "exclamation", "❓": "question", "ℹ": "information", "⛔": "no-entry", "🚫": "prohibited",
    "⏳": "hourglass", "⌛": "hourglass", "💬": "speech", "🏷": "label", "📈": "chart-up", "📉": "chart-down",
    "🔗": "link", "📝": "memo", "🛠": "wrench", "🔧": "wrench", "📣": "megaphone", "📢": "megaphone",
    "🎉": "party", "❤": "heart", "⭐": "star", "⚡": "zap", "🔒": "lock", "☎": "telephone", "📞": "telephone",
    "🟥": "square-red", "🟧": "square-orange", "🟨": "square-yellow", "🟩": "square-green",
    "🟦": "square-blue", "🙏": "pray", "👋": "wave", "⏰": "alarm", "📟": "pager", "🔄": "refresh",
    "🔁": "refresh", "🤖": "robot", "💡": "bulb",
}  # fmt: skip

NAMES: dict[str, str] = {glyph.rstrip("\ufe0f"): name for name, glyph in reversed(GLYPHS.items())}
DRAWN_GLYPH = re.compile("(?:" + "|".join(map(re.escape, DRAWN)) + ")\ufe0f?")


def image(name: str, glyph: str) -> Markup:
    """The picture of one emoji, with its short code as the accessible name."""
    drawing = DRAWN.get(glyph.rstrip("\ufe0f"))
    if drawing is None:
        return element("span", glyph, class_="emoji", role="img", aria_label=name, title=f":{name}:")
    use = element("use", href=f"/sim/static/emoji.svg#{drawing}")
    return element("svg", use, class_="emoji", role="img", aria_label=name, viewBox="0 0 20 20")


def by_name(name: str) -> Markup:
    """An emoji named without colons; an unknown name is shown as `:name:`."""
    glyph = GLYPHS.get(name)
    return image(name, glyph) if glyph else escape(f":{name}:")


def emojify(text: str, codes: bool = True) -> Markup:
    """Escaped text in which short codes (if asked for) and drawn glyphs became pictures."""
    result = Markup("")
    position = 0
    for match in re.finditer(f"{CODE.pattern}|{DRAWN_GLYPH.pattern}", text):
        name = match[1] if match[1] else NAMES.get(match[0].rstrip("\ufe0f"), "")
        known = (codes and name in GLYPHS) if match[1] else True
        picture = image(name, GLYPHS[name] if match[1] else match[0]) if known else escape(match[0])
        result += escape(text[position : match.start()]) + picture
        position = match.end()
    return result + escape(text[position:])


def glyphs(text: str) -> str:
    """Plain text with short codes replaced by the characters themselves."""
    return CODE.sub(lambda match: GLYPHS.get(match[1], match[0]), text)
