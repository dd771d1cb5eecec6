"""Whatever a post carries: one alert, a list of several, or a storm."""

from collections.abc import Sequence

from bot.views import storm
from bot.views.alert import page, page_list
from bot.views.parts import Rendered
from models.card import PageCard, StormCard


def message(contents: Sequence[PageCard], is_list: bool, about: StormCard | None) -> Rendered:
    if about is not None:
        return storm.post(about)
    return page_list(contents) if is_list else page(contents[0])
