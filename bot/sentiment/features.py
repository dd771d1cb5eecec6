"""From a message to hashed features: the same code trains and rates, so the two can never disagree.

A feature is a number below BUCKETS. Characters: n-grams of 2–5 inside a word with its boundaries. Words: n-grams of 1–3
and pairs with one word between. Marks: what the writing looks like (capitals, repeated punctuation, length) and which
indicators were found. Lower case, accents kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final
from zlib import crc32

BUCKET_BITS: Final = 18
BUCKETS: Final = 1 << BUCKET_BITS
_MASK: Final = BUCKETS - 1

SHORTEST_GRAM: Final = 2
LONGEST_GRAM: Final = 5
LONGEST_WORD: Final = 24
LONGEST_TEXT: Final = 4000

_WORD_SEED: Final = crc32(b"word")
_PAIR_SEED: Final = crc32(b"pair")
_MARK_SEED: Final = crc32(b"mark")

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0f\ufeff]")
_LINK = re.compile(r"<?https?://\S+|\S+@\S+\.\w+|<[@#!][^>]*>")
_DIGITS = re.compile(r"\d[\d.,:]*")
_RUN = re.compile(r"(\w)\1{2,}")
_TOKEN = re.compile(r"[\w'-]+|[^\w\s]+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_SHOUTED = re.compile(r"\b[^\W\d_a-z]{4,}\b")


def tokens(text: str) -> list[str]:
    """Words and runs of punctuation in lower case; numbers become "0", links and mentions "@link"."""
    plain = text[:LONGEST_TEXT].lower()
    if not plain.isascii():
        plain = _INVISIBLE.sub("", plain.translate(_QUOTES))
    if "/" in plain or "@" in plain:
        plain = _LINK.sub(" @link ", plain)
    plain = _RUN.sub(r"\1\1", _DIGITS.sub("0", plain))
    return [token[:LONGEST_WORD] for token in _TOKEN.findall(plain)]


def character_features(token: str) -> list[int]:
    """Buckets of the character n-grams of one token with a blank at either end."""
    chars = [char.encode("utf-8", "surrogatepass") for char in f" {token} "]
    length = len(chars)
    found = []
    for start in range(length - 1):
        gram = crc32(chars[start])
        for char in chars[start + 1 : start + LONGEST_GRAM]:
            gram = crc32(char, gram)
            found.append(gram & _MASK)
    return found


def token_hash(token: str) -> int:
    """A number for a token, from which the word n-grams are built."""
    return crc32(token.encode("utf-8", "surrogatepass"), _WORD_SEED)


def word_features(hashes: Sequence[int]) -> list[int]:
    """Buckets of word 1–3-grams and of pairs with one word between, from the tokens' hashes in order."""
    seconds, thirds = hashes[1:], hashes[2:]
    found = [one & _MASK for one in hashes]
    found += [(one * 31 + two * 17 + 7) >> 3 & _MASK for one, two in zip(hashes, seconds, strict=False)]
    found += [(one * 13 + two + 5) >> 2 & _MASK for one, two in zip(hashes, thirds, strict=False)]
    found += [
        (one * 131 + two * 37 + three * 11 + 3) >> 3 & _MASK
        for one, two, three in zip(hashes, seconds, thirds, strict=False)
    ]
    return found


def mark_features(text: str, words: int, indicators: Iterable[str]) -> list[int]:
    """Buckets of the marks: indicators found, shouting, repeated punctuation, length in steps."""
    marks = [f"indicator {name}" for name in indicators]
    shouted = len(_SHOUTED.findall(text)) if not text.islower() else 0
    if shouted > 1:
        marks.append("shouted" if shouted < 4 else "shouted much")
    marks += [mark for mark in ("!!", "??", "...", "?", "!", "😂", "🙏", ":)", '"') if mark in text]
    marks.append(f"length {min(words.bit_length(), 7)}")
    return [crc32(mark.encode(), _MARK_SEED) & _MASK for mark in marks]
