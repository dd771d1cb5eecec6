"""The pages that whoever installs Heed sees in a browser: plain HTML, nothing loaded from anywhere, no scripts."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

STYLE = (
    "body{margin:0;background:#f6f7f9;color:#1d2733;font:17px/1.5 system-ui,sans-serif}"
    "main{max-width:34rem;margin:12vh auto;padding:2rem 2.2rem;background:#fff;border:1px solid #dfe3e8;"
    "border-radius:10px}h1{font-size:1.5rem;margin:0 0 .6rem}p,li{margin:.5rem 0}ul{padding-left:1.2rem}"
    "a.button{display:inline-block;margin-top:1rem;padding:.7rem 1.2rem;background:#4a154b;color:#fff;"
    "text-decoration:none;border-radius:6px;font-weight:600}a.button:focus{outline:3px solid #1264a3}"
    "@media(prefers-color-scheme:dark){body{background:#15181c;color:#e6e8ea}main{background:#1f242a;"
    "border-color:#363d45}}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Page:
    """A heading, sentences, a list, and a link that looks like a button (its address and its words)."""

    heading: str
    sentences: Sequence[str] = ()
    steps: Sequence[str] = ()
    link: tuple[str, str] = ("", "")


def html(page: Page) -> str:
    """The page; everything in it is text, whatever it holds."""
    parts = [f"<h1>{escape(page.heading)}</h1>", *(f"<p>{escape(each)}</p>" for each in page.sentences)]
    if page.steps:
        parts.append("<ul>" + "".join(f"<li>{escape(each)}</li>" for each in page.steps) + "</ul>")
    address, words = page.link
    if address:
        parts.append(f'<a class="button" href="{escape(address)}">{escape(words)}</a>')
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(page.heading)}</title><style>{STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def add(address: str) -> Page:
    """The page with the button."""
    return Page(
        "Add Heed to Slack",
        ("Heed makes sure that a message nobody may miss gets an answer: alerts of monitoring tools and angry messages "
         "of clients are escalated, person by person, until somebody acknowledges them.",
         "Slack asks you which workspace it is for, and shows what Heed may do there."),
        link=(address, "Add to Slack"),
    )  # fmt: skip


def added(name: str, address: str, missing: Sequence[str], manage: str, is_first: bool) -> Page:
    """What has been installed, and what comes next; `manage` is where workspaces of an organisation are chosen."""
    if manage:
        steps = ["Next: choose the workspaces of the organisation that Heed works in."]
    else:
        what = "it has the first steps" if is_first else "it says what is left from before"
        steps = [f"Next: look at Heed's direct message to you; {what}."]
    steps.append("Invite @Heed into the channels that you share with clients.")
    if missing:
        steps.append(
            f"Heed was not given {', '.join(missing)}: what needs that does not work until the app has these scopes "
            "and is installed again."
        )
    again = "" if is_first else " again"
    link = (manage, "Choose workspaces") if manage else (address, "Back to Slack")
    return Page(f"Heed is in {name}{again}", (), steps, link)


def start_again(heading: str, *sentences: str) -> Page:
    """Something went wrong that another try may mend."""
    return Page(heading, sentences, link=("/slack/install", "Start again"))


NOT_SET = Page(
    "Heed cannot be added from here",
    ("For “Add to Slack” whoever runs this Heed sets SLACK_CLIENT_ID and SLACK_CLIENT_SECRET (from the Slack app's "
     "page, Basic Information), and HEED_BASE_URL.",),
)  # fmt: skip
FORGED = start_again(
    "This is not an installation that was started here",
    "Nothing was installed. An installation begins on Heed's own page and ends in the same browser, and each is good "
    "once.",
)
EXPIRED = start_again("That took too long", "Nothing was installed: an installation has to be done within ten minutes.")
USED = start_again(
    "This installation was done already",
    "Its page was loaded again, which changes nothing. If Heed is not in your workspace yet, start again.",
)
FORGETFUL = start_again("Please try again in a minute", "Nothing was installed: Heed's Redis is away for the moment.")

_DENIED = ("Nothing was installed", "Somebody chose not to allow it on Slack's page. You can start again at any time.")
_OURS = "Nothing was installed: this Heed's own settings are wrong. Please tell whoever runs it"
_REFUSED = {
    "access_denied": _DENIED,
    **dict.fromkeys(
        ("invalid_code", "code_expired", "code_already_used"),
        ("Slack's permission is over", "Nothing was installed. Slack's permission is good once, for ten minutes."),
    ),
    **dict.fromkeys(
        ("bad_client_secret", "invalid_client_id", "invalid_client"),
        ("Slack does not know this Heed", f"{_OURS} to check SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."),
    ),
    "invalid_scope": ("Slack does not know a scope", f"{_OURS} to compare the app's scopes with manifest.yml."),
    "invalid_team_for_non_distributed_app": (
        "This Heed may only be installed in its own workspace",
        f"{_OURS} to turn on Manage Distribution on the Slack app's page.",
    ),
    "away": ("Slack did not answer", "It is not certain whether Heed was installed; starting again does no harm."),
}  # fmt: skip


def refused(why: str, redirect_uri: str) -> Page:
    """What Slack's word means, and what can be done."""
    if why == "bad_redirect_uri":
        known = f"{_OURS} to add {redirect_uri} to the Redirect URLs on the Slack app's page, OAuth & Permissions."
        return start_again("Slack does not know this address", known)
    if why in _REFUSED:
        return start_again(*_REFUSED[why])
    return start_again("Slack did not allow it", f"Nothing was installed. Slack's word for it is “{why[:80]}”.")
