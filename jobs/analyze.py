"""Rates the conversations that are due, many at once, with no transaction open meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import structlog

from bot.context import Context
from bot.sentiment.llm import Llm
from bot.sentiment.rater import Rater
from jobs.context import current
from jobs.looking import look
from models.actions import assessing, listening
from models.actions.assessing import Claimed
from models.config import Settings

log = structlog.get_logger()

IN_FLIGHT = 32


def run() -> None:
    analyze(current(), rater())


@cache
def rater() -> Rater:
    """The process's rater: it remembers what its LLM server has refused."""
    return make_rater(current().settings)


def make_rater(settings: Settings) -> Rater:
    if not settings.has_llm:
        return Rater(None)
    return Rater(Llm(settings.openai_api_key.get_secret_value(), settings.openai_base_url, settings.openai_model))


def analyze(context: Context, judge: Rater) -> None:
    """Rate every conversation that is due."""

    def batch() -> bool:
        with context.db.begin() as session:
            claimed = assessing.claim_due(session)
        if len(claimed) == 1:
            _rate(context, judge, claimed[0])
        elif claimed:
            with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="rate") as pool:
                list(pool.map(lambda each: _rate(context, judge, each), claimed))
        return len(claimed) == assessing.BATCH

    look(context, "analyze", batch, assessing.next_due)


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
