"""A model on an OpenAI-compatible server: one call per burst, and what came of it, whatever the server does.

Servers differ (`json_schema` unknown, a parameter refused), so what one has refused is remembered and not sent again.
A server that fails again and again is left alone for a while.
"""

import random
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

import openai

from bot.sentiment import prompt, wire
from bot.sentiment.breaker import Breaker, Leave
from bot.sentiment.dialect import ROOM, Dialect, Dialects
from bot.sentiment.prompt import NoVerdict, Prompt
from bot.sentiment.wire import Reply
from models.assessment import NOTHING_USED, Assessment, Burst, Sent, Usage
from models.examples import Example

TIMEOUT_SECONDS = 20.0
PATIENCE = 5.0
"""A server that wants more seconds than this before another try is left alone so long."""

PAUSE = 0.5
TRIES = 2
VERDICTS_REMEMBERED = 2000
REMEMBERED_SECONDS = 24 * 3600.0
BYTES_A_TOKEN = 3
"""For estimates, rather too few than too many: English has about four, most other languages three."""


@dataclass(frozen=True)
class Answer:
    """What came of asking: a verdict or the problem, what it used, and what left the building for it, if anything."""

    verdict: Assessment | None
    usage: Usage = NOTHING_USED
    sent: Sent | None = None
    problem: str = ""


class Servers:
    """What is known of servers, shared by all that talk to them: how they fail, and what they understand."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.dialects = Dialects()
        self._now = now
        self._lock = Lock()
        self._breakers: dict[str, Breaker] = {}

    def breaker(self, server: str) -> Breaker:
        with self._lock:
            return self._breakers.setdefault(server, Breaker(self._now))


class Llm:
    """A model on a server. Thread-safe: one for the whole process, with as many calls in flight as there are threads.

    `timeout` in seconds is for one burst with all its tries; prices are per million tokens, in any currency.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str,
        model: str,
        timeout: float = TIMEOUT_SECONDS,
        *,
        price_in: float = 0.0,
        price_out: float = 0.0,
        servers: Servers | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = openai.OpenAI(
            api_key=api_key or "none",
            base_url=base_url or None,
            timeout=timeout,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(follow_redirects=False),  # conversations go to this server only
        )
        weakref.finalize(self, self.client.close)
        self.model, self.timeout = model, timeout
        self.server = str(self.client.base_url.copy_with(username=None, password=None))
        self.now, self.sleep = now, sleep
        self._key, self._prices = api_key, (price_in, price_out)
        self._servers = servers or Servers(now)
        self._breaker = self._servers.breaker(self.server)
        self._verdicts = _Remembered(now)

    def assess(self, burst: Burst) -> Assessment:
        """The model's verdict, asked for anew; raises NoVerdict, whatever went wrong."""
        answer = self._asked(prompt.build(burst), burst, ())
        if answer.verdict is None:
            raise NoVerdict(answer.problem)
        return answer.verdict

    def ask(self, burst: Burst, examples: Sequence[Example] = (), budget_left: int | None = None) -> Answer:
        """Ask for a verdict on a burst; never raises for what a server or a model does.

        `budget_left` is in tokens (None: no limit): nothing is sent when the call could need more. The same question
        is answered from memory, at no cost.
        """
        asked = prompt.build(burst, examples)
        if (known := self._verdicts.get(asked.key)) is not None:
            return Answer(known)
        if budget_left is not None and _tokens(asked) + ROOM > budget_left:
            return Answer(None, problem="the token budget is used up")
        return self._asked(asked, burst, examples)

    def estimate(self, burst: Burst, examples: Sequence[Example] = ()) -> int:
        """How many tokens a call for this burst will need at most, or nearly so: what to keep back of a budget."""
        return _tokens(prompt.build(burst, examples)) + ROOM

    def _asked(self, asked: Prompt, burst: Burst, examples: Sequence[Example]) -> Answer:
        """Make the call, tell the breaker how it went, and read the verdict."""
        leave = self._breaker.leave()
        if leave is Leave.NO:
            return Answer(None, problem="the server is left alone for a while after failures")
        call = _Call(self, asked, self._identifier(burst))
        try:
            content = call.content()
            verdict = prompt.read(content, burst, self.model, examples)
        except wire.Failure as failure:
            self._blame(failure, leave)
            return Answer(None, call.usage, call.sent, str(failure))
        except NoVerdict as problem:
            self._breaker.succeeded()
            return Answer(None, call.usage, call.sent, str(problem))
        self._breaker.succeeded()
        self._verdicts.put(asked.key, verdict)
        return Answer(verdict, call.usage, call.sent)

    def _blame(self, failure: wire.Failure, leave: Leave) -> None:
        """A request that a server does not like says nothing against it; a client could write such a text."""
        if not failure.server:
            self._breaker.succeeded()
            return
        self._breaker.failed(leave)
        if failure.wait:
            self._breaker.rest(failure.wait)

    def _identifier(self, burst: Burst) -> str:
        """Tells the server which workspace misuses it without telling it which workspace that is."""
        return sha256(f"heed {self._key} {burst.workspace_id}".encode()).hexdigest()[:32]

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        price_in, price_out = self._prices
        return (tokens_in * price_in + tokens_out * price_out) / 1_000_000

    def dialect(self) -> Dialect:
        return self._servers.dialects.of(self.server, self.model)

    def learn(self, found: Dialect) -> Dialect:
        return self._servers.dialects.learn(self.server, self.model, found)


class _Call:
    """One question on its way through refusals and second tries, with what it has used so far."""

    def __init__(self, llm: Llm, asked: Prompt, identifier: str) -> None:
        self.usage = Usage()
        self.sent: Sent | None = None
        self.asked = asked
        self._llm = llm
        self._identifier = identifier
        self._until = llm.now() + llm.timeout

    def content(self) -> str:
        """What the model says; raises Failure, or NoVerdict for a refusal or an answer that was cut off.

        A dialect only ever shrinks and a failure is met twice at most, so this comes to an end.
        """
        dialect, tries = self._llm.dialect(), TRIES
        while True:
            try:
                reply = self._once(dialect)
            except wire.NotUnderstood as refusal:
                dialect = self._learn(dialect.after_refusal(refusal.parameter, refusal.message), refusal)
            except wire.Failure as failure:
                tries -= 1
                self._wait_for(failure, tries)
            else:
                if reply.content is not None:
                    return reply.content
                dialect = self._learn(dialect.after_truncation() if reply.cut_off else None, NoVerdict(reply.problem))

    def _once(self, dialect: Dialect) -> Reply:
        body = {"model": self._llm.model, "messages": list(self.asked.messages)}
        try:
            reply = wire.ask(self._llm.client, {**body, **dialect.parameters(self._identifier)}, self._left())
        except wire.NotReached:
            raise
        except wire.Failure as failure:
            self._count(_tokens(self.asked) if isinstance(failure, wire.TimedOut) else 0, 0)
            raise
        said = len((reply.content or "").encode()) // BYTES_A_TOKEN + 1
        self._count(reply.tokens_in or _tokens(self.asked), reply.tokens_out or said)
        return reply

    def _count(self, tokens_in: int, tokens_out: int) -> None:
        self.sent = Sent(self._llm.server, self._llm.model, self.asked.messages)
        self.usage += Usage(1, tokens_in, tokens_out, self._llm.cost(tokens_in, tokens_out))

    def _left(self) -> float:
        left = self._until - self._llm.now()
        if left <= 0:
            raise wire.TimedOut("Timeout: no time left for another try")
        return left

    def _learn(self, found: Dialect | None, otherwise: Exception) -> Dialect:
        """What to try next after what was found out; raises `otherwise` where nothing was."""
        if found is None:
            raise otherwise
        return self._llm.learn(found)

    def _wait_for(self, failure: wire.Failure, tries: int) -> None:
        """Wait before another try; raises the failure where none makes sense."""
        pause = failure.wait if failure.wait is not None else PAUSE * (1 + random.random())
        if not failure.again or not tries or pause > PATIENCE or pause >= self._until - self._llm.now():
            raise failure
        self._llm.sleep(pause)


def _tokens(asked: Prompt) -> int:
    """The tokens of a prompt, estimated from its bytes."""
    return sum(len(each["content"].encode()) for each in asked.messages) // BYTES_A_TOKEN + 1


class _Remembered:
    """The newest verdicts by the key of their question, for a day: they quote clients. Thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._verdicts: OrderedDict[str, tuple[float, Assessment]] = OrderedDict()

    def get(self, key: str) -> Assessment | None:
        with self._lock:
            self._forget()
            return self._verdicts[key][1] if key in self._verdicts else None

    def put(self, key: str, verdict: Assessment) -> None:
        with self._lock:
            self._verdicts[key] = self._now(), verdict
            self._verdicts.move_to_end(key)
            self._forget()

    def _forget(self) -> None:
        oldest_kept = self._now() - REMEMBERED_SECONDS
        while self._verdicts:
            at, _ = next(iter(self._verdicts.values()))
            if at >= oldest_kept and len(self._verdicts) <= VERDICTS_REMEMBERED:
                return
            self._verdicts.popitem(last=False)
