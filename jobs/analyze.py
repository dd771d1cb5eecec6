"""Rates the conversations that are due, many at once, with no transaction open meanwhile."""

from functools import cache

import structlog

from bot.context import Context
from bot.sentiment.llm import Llm
from bot.sentiment.rater import Rater
from jobs.context import current
from jobs.looking import look
from jobs.pump import Pump
from models.actions import assessing, listening
from models.actions.assessing import Claimed
from models.config import Settings

log = structlog.get_logger()

IN_FLIGHT = 32


def run() -> None:
    analyze(current(), rater(), pump())


@cache
def pump() -> Pump:
    """The process's pool: so many calls to the LLM are in flight at once."""
    return Pump("rate", IN_FLIGHT)


@cache
def rater() -> Rater:
    """The process's rater: it remembers what its LLM server has refused."""
    return make_rater(current().settings)


def make_rater(settings: Settings) -> Rater:
    if not settings.has_llm:
        return Rater(None)
    return Rater(
        Llm(
            settings.openai_api_key.get_secret_value(),
            settings.openai_base_url,
            settings.openai_model,
            settings.llm_timeout_s,
            price_in=settings.llm_price_in,
            price_out=settings.llm_price_out,
        )
    )


def analyze(context: Context, judge: Rater, raters: Pump) -> None:
    """Start rating what is due, and arm the next second; the ratings go on by themselves."""

    def batch() -> bool:
        with context.db.begin() as session:
            count = assessing.count_due(session)
        raters.start(count, lambda _: _rate_one(context, judge))
        return False

    look(context, "analyze", batch, assessing.DUE)


def _rate_one(context: Context, judge: Rater) -> bool:
    """Claim one conversation and rate it; False when none was left."""
    with context.db.begin() as session:
        claimed = assessing.claim_due(session, limit=1)
    for each in claimed:
        _rate(context, judge, each)
    return bool(claimed)


def _name_client(context: Context, claimed: Claimed) -> None:
    """Slack is asked what a client is called when its first message is rated."""
    client = claimed.client
    if client.name or not client.team_id:
        return
    name = context.slack.team_name(context.seal.open(claimed.token), client.team_id)
    if name:
        with context.db.begin() as session:
            listening.name_client(session, client.workspace_id, client.team_id, name)


def _rate(context: Context, judge: Rater, claimed: Claimed) -> None:
    """Rate one burst and store the verdict; what fails is tried again later, and never stops the others."""
    try:
        _name_client(context, claimed)
        rated = judge.rate(claimed.burst, claimed.examples, claimed.budget_left)
        with context.db.begin() as session:
            wants_step = assessing.store(session, claimed, rated)
    except Exception as error:
        log.exception("rating failed", conversation=claimed.burst.conversation_id)
        with context.db.begin() as session:
            assessing.give_back(session, claimed, type(error).__name__)
        return
    log.info(
        "rated", conversation=claimed.burst.conversation_id, risk=rated.verdict.risk.value, engine=rated.verdict.engine
    )
    if wants_step is not None:
        context.bell.wake("escalate")
