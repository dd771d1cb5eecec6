"""Building HTML so that nobody can forget to escape: every child and attribute is escaped unless it is Markup."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

Child = str | Markup | None
Attribute = str | int | float | bool | None

VOID_ELEMENTS = frozenset({"img", "input", "hr", "br"})
SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def element(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """One HTML element. `class_` becomes `class`, `data_action_id` becomes `data-action-id`; True is a bare attribute,
    None and False leave the attribute out."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        parts.append(f" {attribute}" if value is True else f' {attribute}="{escape(str(value))}"')
    parts.append(">")
    if name not in VOID_ELEMENTS:
        parts += [str(escape(child)) for child in children if child is not None]
        parts.append(f"</{name}>")
    return Markup("".join(parts))


def join(children: Iterable[Child], separator: str = "") -> Markup:
    return Markup(separator).join(child for child in children if child is not None)


def safe_url(url: str) -> str | None:
    """The url when a browser may follow it, None for anything such as `javascript:`."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in SAFE_SCHEMES:
        return None
    return url.strip()


def external_link(url: str, label: Child, **attributes: Attribute) -> Markup:
    """A link that opens elsewhere; an address that is not safe to follow is shown as text."""
    target = safe_url(url)
    if target is None:
        return element("span", label)
    return element("a", label, href=target, target="_blank", rel="noopener noreferrer", **attributes)
