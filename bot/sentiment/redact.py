"""What leaves the building for an LLM: no addresses, numbers or tokens, and nothing that cannot be seen."""

import re

from models.assessment import Line

_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_PATTERNS = (
    (
        "TOKEN",
        re.compile(
            r"\b(?:xox[a-z]-[\w-]{10,}|xapp-[\w-]{10,}|sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
            r"|A(?:KI|SI)A[0-9A-Z]{16})\b"
        ),
    ),
    ("EMAIL", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("IBAN", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("IP", re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")),
    ("PERSON", re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")),
    ("CHANNEL", re.compile(r"<#[CGD][A-Z0-9]+(?:\|[^>]*)?>")),
    ("PHONE", re.compile(r"(?<![\w.])(?:\+|00)\d[\d .()/-]{6,}\d")),
)


def redact(text: str) -> str:
    """`text` with e-mail addresses, phone, card and account numbers, IP addresses, tokens and Slack ids replaced."""
    shown = _INVISIBLE.sub("", text)
    shown = _CARD.sub(lambda found: "[CARD]" if _luhn(found.group()) else found.group(), shown)
    for name, pattern in _PATTERNS:
        shown = pattern.sub(f"[{name}]", shown)
    return shown


def redact_lines(lines: tuple[Line, ...]) -> list[dict[str, str]]:
    """Lines as an LLM gets them: a role instead of a name, and redacted text."""
    return [{"role": "client" if line.role == "client" else "us", "text": redact(line.text)} for line in lines]


def _luhn(number: str) -> bool:
    digits = [int(char) for char in reversed(number) if char.isdigit()]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return total % 10 == 0
