"""What is so certain that no model is asked."""

import pytest

from bot.sentiment.certain import says_nothing


@pytest.mark.parametrize(
    "text", ["ok", "Thanks!", "Thank you so much", "👍", "👍🏽", ":+1: thanks", "Danke 🙏", "merci"]
)
def test_bare_acknowledgements_say_nothing(text: str) -> None:
    assert says_nothing([text])


@pytest.mark.parametrize(
    "text", ["🤬", ":rage:", "ok?", "no", "Thanks for nothing", "ok, we leave", "👎", "thanks 😡", "We are done", "3"]
)
def test_anything_else_may_say_something(text: str) -> None:
    assert not says_nothing(["ok", text])
