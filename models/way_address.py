"""What an address of a way may look like: the services on the list, what may stand in it, and what is shown of it.

An address is a URL as Apprise reads it (https://appriseit.com/services/). Some of its parameters would let it read a
file of ours, send many messages or wait for long, so only those on the list are taken.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

LENGTH = 1000
_COMMON = ("to", "verify", "format")
_PHONE = re.compile(r"\+?\d{7,15}")
_PLAIN = re.compile(r"[A-Za-z-]{1,12}")
"""Words that may be said back: too short and plain for a secret."""
_LABEL_LENGTH = 60


@dataclass(frozen=True)
class Kind:
    """One service: its schemes (the first stands for it), what people call it, how an address is made of it.

    `shown` tells what a label may hold: the last digits of a `phone`, the first letter of a `mail` address, the `host`,
    the last digits of a `chat`; otherwise nothing.
    """

    schemes: tuple[str, ...]
    name: str
    example: str
    hint: str
    options: tuple[str, ...] = ()
    shown: str = ""


KINDS = (
    Kind(("mailtos", "mailto"), "E-mail", "mailtos://user:password@smtp.example.org?from=heed@example.org&to=you@…",
         "Your mail server sends it: user, password and server, then `from` and `to`.",
         ("from", "name", "smtp", "mode", "user", "pass", "reply", "cc"), "mail"),
    Kind(("twilio",), "SMS or a call by Twilio", "twilio://AccountSID:AuthToken@FromPhone/ToPhone",
         "Add `?method=call` to be called and told.", ("from", "sid", "token", "apikey", "method"), "phone"),
    Kind(("vonage", "nexmo"), "SMS by Vonage", "vonage://ApiKey:ApiSecret@FromPhone/ToPhone",
         "Numbers with their country, without +.", ("from", "key", "secret", "ttl"), "phone"),
    Kind(("clicksend",), "SMS by ClickSend", "clicksend://User:ApiKey@ToPhone",
         "Numbers with their country, without +.", ("key",), "phone"),
    Kind(("sinch",), "SMS by Sinch", "sinch://ServicePlanID:ApiToken@FromPhone/ToPhone",
         "Add `?region=eu` for an account in Europe.", ("from", "spi", "region", "token"), "phone"),
    Kind(("msgbird",), "SMS by MessageBird", "msgbird://ApiKey/FromPhone/ToPhone", "", ("from",), "phone"),
    Kind(("voipms",), "SMS by VoIP.ms", "voipms://Password:Email/FromPhone/ToPhone", "", ("from",), "phone"),
    Kind(("bulksms",), "SMS by BulkSMS", "bulksms://TokenID:TokenSecret@ToPhone", "", ("from", "route", "unicode"),
         "phone"),
    Kind(("d7sms",), "SMS by D7 Networks", "d7sms://Token@ToPhone", "", ("source", "from", "unicode"), "phone"),
    Kind(("plivo",), "SMS by Plivo", "plivo://AuthID@Token/FromPhone/ToPhone", "", ("from", "token", "id"), "phone"),
    Kind(("seven",), "SMS by seven", "seven://ApiKey/ToPhone", "", ("source", "from", "flash", "label"), "phone"),
    Kind(("46elks", "elks"), "SMS by 46elks", "46elks://User:Password@FromPhone/ToPhone", "", ("from",), "phone"),
    Kind(("sns",), "SMS by Amazon SNS", "sns://AccessKeyID/SecretAccessKey/Region/+ToPhone", "",
         ("token", "access", "key", "secret", "region", "mode"), "phone"),
    Kind(("whatsapp",), "WhatsApp", "whatsapp://Token@FromPhoneID/ToPhone", "With Meta's Cloud API.",
         ("from", "token", "template", "lang"), "phone"),
    Kind(("signals", "signal"), "Signal", "signals://gateway.example.org/FromPhone/ToPhone",
         "Through a signal-cli-rest-api of yours.", ("from", "status"), "phone"),
    Kind(("threema",), "Threema", "threema://GatewayID@Secret/ToPhone", "", ("from", "gwid", "secret"), "phone"),
    Kind(("tgram",), "Telegram", "tgram://BotToken/ChatID",
         "@BotFather makes a bot; write to it once, and ask @userinfobot for your chat's number.",
         ("silent", "preview", "topic", "thread"), "chat"),
    Kind(("ntfys", "ntfy"), "ntfy", "ntfys://ntfy.sh/your-secret-topic", "Choose a topic that nobody guesses.",
         ("priority", "xtags", "mode", "token", "auth", "image")),
    Kind(("pover",), "Pushover", "pover://UserKey@Token", "`?priority=emergency` repeats it until you have seen it.",
         ("priority", "sound", "expire", "interval")),
    Kind(("gotifys", "gotify"), "Gotify", "gotifys://gotify.example.org/Token", "", ("priority",), "host"),
    Kind(("matrixs", "matrix"), "Matrix", "matrixs://User:Password@matrix.example.org/#room", "",
         ("mode", "token", "msgtype", "version", "path", "discovery", "e2ee")),
    Kind(("discord",), "Discord", "discord://WebhookID/WebhookToken", "A webhook of a channel of yours.",
         ("tts", "thread", "flags", "ping")),
    Kind(("workflows", "workflow"), "Microsoft Teams", "workflows://host:port/WorkflowID/Signature",
         "A workflow that posts what comes to a webhook.", ("id", "pa", "powerautomate", "route", "sig", "ver",
         "api-version", "image", "wrap")),
    Kind(("jsons", "json"), "Own webhook or voice gateway", "jsons://user:password@gateway.example.org/path",
         "It gets a POST of JSON with `title`, `message` and `type`; `?+Name=value` adds a header.", (), "host"),
)  # fmt: skip
OF_SCHEME = {scheme: kind for kind in KINDS for scheme in kind.schemes}


class BadAddress(ValueError):
    """An address that is not taken; the message says what to do, and never repeats it."""


@dataclass(frozen=True)
class Address:
    """An address that may be tried: its scheme, its whole text (a secret), and what may be shown of it."""

    scheme: str
    url: str
    label: str


def read_address(text: str, wanted: str = "") -> Address:
    """An address as somebody entered it; `wanted` is the scheme of the service that they chose. Raises BadAddress."""
    url = text.strip()
    if len(url) > LENGTH:
        raise BadAddress(f"an address has {LENGTH} characters at most")
    if not url.isprintable() or " " in url:
        raise BadAddress("an address has no spaces or new lines; write %20 for a space")
    scheme, found, rest = url.partition("://")
    scheme = scheme.lower()
    kind = OF_SCHEME.get(scheme)
    if not found or kind is None:
        raise BadAddress(_not_listed(scheme if found else "", OF_SCHEME.get(wanted)))
    if wanted and wanted not in kind.schemes:
        raise BadAddress(
            f"this address is one of {kind.name}; choose that above, or write one of the service you chose"
        )
    if not rest.strip("/?#"):
        raise BadAddress(f"the address is not complete: {kind.example}")
    url = f"{scheme}://{rest}"
    _check_options(kind, url)
    return Address(scheme, url, label(kind, url))


def _not_listed(scheme: str, chosen: Kind | None) -> str:
    named = f"{scheme}://" if _PLAIN.fullmatch(scheme) else "this service"
    begin = f"{named} is not on the list" if scheme else "an address begins with its service"
    if chosen is not None:
        return f"{begin}; for {chosen.name} write {chosen.example}"
    return f"{begin}; possible are {', '.join(f'{each.schemes[0]}://' for each in KINDS)}"


def _check_options(kind: Kind, url: str) -> None:
    allowed = (*_COMMON, *kind.options)
    for name, _ in parse_qsl(_query(url), keep_blank_values=True):
        own = name[:1] in ("+", "-", ":", " ") and "json" in kind.schemes
        if name.lower() not in allowed and not own:
            named = f"?{name}=" if _PLAIN.fullmatch(name) else "an option of it"
            raise BadAddress(f"{named} is not taken here; possible are {', '.join(sorted(allowed))}")


def _query(url: str) -> str:
    """What follows the first question mark: Matrix writes rooms with a #, which is no fragment here."""
    return url.partition("?")[2]


def label(kind: Kind, url: str) -> str:
    """What may be shown of an address to whoever may see that it is there; never a secret."""
    detail = _DETAILS.get(kind.shown, lambda _: "")(url)
    return f"{kind.name} {detail}".strip()[:_LABEL_LENGTH]


def _options(url: str) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(_query(url))}


def _parts(url: str) -> list[str]:
    """The destination and the path, decoded: `a@b/c/d` gives b, c, d."""
    rest = url.partition("://")[2].partition("?")[0]
    return [unquote(part) for part in rest.rpartition("@")[2].split("/") if part]


def _phone(url: str) -> str:
    """The last four digits of the number that comes last, which is where it goes."""
    numbers = [part for part in [*_parts(url), _options(url).get("to", "")] if _PHONE.fullmatch(part.strip())]
    return f"…{numbers[-1].strip()[-4:]}" if numbers else ""


def _chat(url: str) -> str:
    chats = [part for part in [*_parts(url)[1:], _options(url).get("to", "")] if re.fullmatch(r"[-+]?\d{5,20}", part)]
    return f"…{chats[-1][-4:]}" if chats else ""


def _mail(url: str) -> str:
    to = _options(url).get("to", "")
    user, _, host = to.rpartition("@") if to else (*_user(url), _host(url))
    return f"{user[:1]}…@{host}" if re.fullmatch(r"[\w.-]+", host) and user else ""


def _user(url: str) -> tuple[str, str]:
    found = url.partition("://")[2].partition("?")[0].rpartition("@")[0].partition(":")[0]
    return unquote(found).rpartition("@")[0] or unquote(found), "@"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _at_host(url: str) -> str:
    host = _host(url)
    return f"at {host}" if re.fullmatch(r"[\w.-]+", host) and "." in host else ""


_DETAILS = {"phone": _phone, "chat": _chat, "mail": _mail, "host": _at_host}
