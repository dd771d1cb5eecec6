"""Options behind a subcommand."""

import pytest

from bot.listeners.options import options

NAMES = ("every", "title")


@pytest.mark.parametrize(
    ("words", "before", "found"),
    [
        ("", "", {}),
        ("nightly backup", "nightly backup", {}),
        ("nightly backup every:5m", "nightly backup", {"every": "5m"}),
        ('title:"a b" every:5m', "", {"title": "a b", "every": "5m"}),
        ("title:“a b”", "", {"title": "a b"}),
        (r'title:"a \"b\" (\S+)"', "", {"title": r"a \"b\" (\S+)"}),
        ("web:1 every:5m", "web:1", {"every": "5m"}),
        ('title:""', "", {"title": ""}),
    ],
)
def test_what_is_read(words: str, before: str, found: dict[str, str]) -> None:
    assert options(words, NAMES) == (before, found)


@pytest.mark.parametrize("words", ["every:5m every:6m", "every:5m more", "every:5m colour:red", 'every:5m title:"a'])
def test_what_is_not_understood(words: str) -> None:
    with pytest.raises(ValueError, match=r"twice|the options are"):
        options(words, NAMES)
