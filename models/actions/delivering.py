"""Pages on their way: lease a person, claim what goes into one post, write the receipt.

One sender works for a person at a time. A claim is committed before the request leaves and is fenced by the attempt,
so that a sender that was paused and one that took over never both write a receipt (flow 3 of the design).
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import any_, bindparam, func, select, text, tuple_, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from models.actions import storms
from models.actions.reading import cards, listed
from models.card import PageCard, StormCard
from models.db import moment, now_of
from models.rest import NEVER, Rest
from models.tables import Alert, Page, Person, Post
from models.words import PageKind, PageState, Severity, Status

LEASE = timedelta(seconds=11)
CLAIM = timedelta(seconds=11)
"""Both begin anew with the last look before a request, which takes ten seconds at most. A sender that dies in the
middle of one keeps its pages for so long; then they are looked for twice, `jobs.deliver.LOOK_AGAIN` apart."""
PAUSE = timedelta(seconds=1)
SINGLE_POSTS = 5
RUSH = timedelta(seconds=5)
"""More new alerts than single posts within this time are a rush."""
NOT_ONE_BY_ONE = timedelta(seconds=5)
"""In a rush a person gets one post a second: what waits for so long is not overtaken by worse ones any further."""
LIST_AT_MOST = 200


@dataclass(frozen=True)
class Lease:
    """The right to send to one person until it runs out; `token` is the workspace's, sealed."""

    person_id: int
    workspace_id: int
    slack_id: str
    dm_channel: str | None
    token: bytes
    lease: str
    is_channel: bool = False


@dataclass(frozen=True)
class Envelope:
    """One post to send. `attempt` of each page fences its receipt.

    `rest` is what Slack said about the person's Do Not Disturb at `asked_at` (None: it was never asked).
    `must_look` says that an earlier attempt had no clear answer, so the post may be there already; `looked` counts the
    looks that did not find it. `is_critical`: one of its pages is, in a storm too, which has no `contents`.
    """

    post_id: int
    mark: str
    pages: dict[int, int]
    contents: tuple[PageCard, ...]
    claimed_at: datetime
    posted_after: datetime
    must_look: bool
    looked: int
    drawn: int
    is_critical: bool
    storm: StormCard | None = None
    rest: Rest = NEVER
    asked_at: datetime | None = None

    @property
    def is_for_many(self) -> bool:
        """A list, or a storm: there was more to say than people can read one by one."""
        return self.storm is not None or len(self.contents) > 1


def lease_person(session: Session, busy: Collection[int] = ()) -> Lease | None:
    """The person with the worst page that is due, whom nobody else is sending to; workspaces in `busy` are left out."""
    now = now_of(session)
    token = uuid.uuid4().hex
    row = session.execute(
        _LEASE, {"now": now, "until": now + LEASE, "lease": token, "busy": list(busy) or [0]}
    ).one_or_none()
    if row is None:
        return None
    return Lease(row.id, row.workspace_id, row.slack_id, row.dm_channel, row.token, token, row.is_channel)


def release(session: Session, lease: Lease) -> None:
    session.execute(
        update(Person).where(Person.id == lease.person_id, Person.lease == lease.lease).values(leased_until=None)
    )


def pause(session: Session, lease: Lease, wait: timedelta = PAUSE) -> datetime:
    """Nothing more for this person for a while; returns until when."""
    until = now_of(session) + wait
    session.execute(update(Person).where(Person.id == lease.person_id).values(retry_at=until))
    return until


def is_rushed(session: Session, lease: Lease) -> bool:
    """Whether so many alerts open just now, storm or not yet, that nobody is to get more than one post a second."""
    since = now_of(session) - RUSH
    recent = select(Alert.id).where(Alert.workspace_id == lease.workspace_id, Alert.opened_at > since)
    return len(session.scalars(recent.limit(SINGLE_POSTS + 1)).all()) > SINGLE_POSTS


def remember_dm(session: Session, lease: Lease, channel: str) -> None:
    session.execute(update(Person).where(Person.id == lease.person_id).values(dm_channel=channel))


def remember_rest(session: Session, lease: Lease, rest: Rest) -> None:
    """Keep what Slack said about the person's Do Not Disturb, or that it said nothing new."""
    session.execute(
        update(Person).where(Person.id == lease.person_id).values(**vars(rest), quiet_asked_at=now_of(session))
    )


def count_due(session: Session) -> int:
    """How many people have pages due that can be sent now (at most 16 are counted)."""
    return len(session.execute(_DUE_PEOPLE, {"now": now_of(session)}).all())


def claim(session: Session, lease: Lease) -> Envelope | None:
    """The next post for the leased person, claimed; None when nothing is due or the lease was lost.

    Pages of up to five alerts are a post for each alert; of more, or if they wait in a rush, they are one list. Those
    of a storm join the post about it. Pages whose alert was answered meanwhile are cancelled.
    """
    now = now_of(session)
    if not _renew(session, lease, now):
        return None
    due = _due_pages(session, lease, now)
    of_storm = _storms_of(session, lease, due)
    joined: set[int] = set()
    for each in sorted(set(of_storm.values())):
        theirs = [page for page in due if of_storm.get(page.id) == each]
        joined |= storms.settle_into(session, lease.workspace_id, lease.person_id, each, theirs, now)
    due = [page for page in due if page.id not in joined]
    if not due:
        return None
    first = due[0]
    if first.post_id is not None:
        post = session.get_one(Post, first.post_id)
        return _envelope(session, lease, post, [page for page in due if page.post_id == post.id], now, must_look=True)
    storm_id = of_storm.get(first.id)
    fresh = [page for page in due if page.post_id is None and of_storm.get(page.id) == storm_id]
    is_list = _is_list(session, lease, fresh, now)
    pages = fresh if storm_id or is_list else [page for page in fresh if page.alert_id == first.alert_id]
    post = _new_post(session, lease, now, is_list or storm_id is not None, storm_id)
    return _envelope(session, lease, post, pages, now, must_look=False)


def _is_list(session: Session, lease: Lease, fresh: Sequence[Page], now: datetime) -> bool:
    """Whether these pages are too many for single posts, or one of them would wait too long for its own."""
    alerts = {page.alert_id for page in fresh}
    waits = any(page.due_at <= now - NOT_ONE_BY_ONE for page in fresh)
    return len(alerts) > SINGLE_POSTS or (len(alerts) > 1 and waits and is_rushed(session, lease))


def _storms_of(session: Session, lease: Lease, due: Sequence[Page]) -> dict[int, int]:
    """For those of these pages that belong into a post about a storm, which storm. A reminder is news by itself."""
    fresh = [page for page in due if page.post_id is None and page.kind is not PageKind.REMINDER]
    if not fresh:
        return {}
    storm_of = storms.live_storms(session, lease.workspace_id, {page.alert_id for page in fresh})
    return {page.id: storm_of[page.alert_id] for page in fresh if page.alert_id in storm_of}


def _new_post(session: Session, lease: Lease, now: datetime, is_list: bool, storm_id: int | None) -> Post:
    post = Post(
        workspace_id=lease.workspace_id,
        person_id=lease.person_id,
        mark=uuid.uuid4().hex,
        created_at=now,
        is_list=is_list,
        storm_id=storm_id,
    )
    session.add(post)
    session.flush()
    return post


def _renew(session: Session, lease: Lease, now: datetime) -> bool:
    held = session.execute(_RENEW, {"person": lease.person_id, "lease": lease.lease, "now": now, "until": now + LEASE})
    return held.one_or_none() is not None


def _due_pages(session: Session, lease: Lease, now: datetime) -> list[Page]:
    """The person's due pages, locked, without those that are not needed any more: what an earlier attempt has left
    unclear first, so that an outage leaves one such post and not many, then the worst.

    What somebody else holds is most likely being cancelled; it is left to the next look.
    """
    needed = []
    for page, status, epoch in session.execute(_DUE_PAGES, {"person": lease.person_id, "now": now}).all():
        if status is _wanted(page.kind) and epoch == page.epoch:
            needed.append(page)
        else:
            page.state, page.result = PageState.CANCELLED, status.label
    return needed


def _wanted(kind: PageKind) -> Status:
    """The status in which an alert's page of this kind is still news."""
    return Status.ACKNOWLEDGED if kind is PageKind.REMINDER else Status.OPEN


def _envelope(
    session: Session, lease: Lease, post: Post, pages: list[Page], now: datetime, must_look: bool
) -> Envelope:
    for page in pages:
        page.attempt += 1
        page.try_at = now + CLAIM
        page.post_id = post.id
    session.flush()
    kinds = {page.alert_id: page.kind for page in pages}
    read = listed if len(kinds) > 1 else cards
    storm = storms.card(session, post.storm_id, lease.person_id) if post.storm_id is not None else None
    found = read(session, lease.workspace_id, list(kinds)) if storm is None else []
    person = session.get_one(Person, lease.person_id, populate_existing=True)
    return Envelope(
        post_id=post.id,
        mark=post.mark,
        pages={page.id: page.attempt for page in pages},
        contents=tuple(PageCard(card, kinds[card.id]) for card in found),
        claimed_at=now,
        posted_after=post.created_at,
        must_look=must_look,
        looked=post.lookups,
        drawn=sum(card.revision for card in found),
        is_critical=any(page.severity == Severity.CRITICAL for page in pages),
        storm=storm,
        rest=Rest(person.quiet_from, person.quiet_until, person.snoozed_until),
        asked_at=person.quiet_asked_at,
    )


def may_send(session: Session, lease: Lease, envelope: Envelope) -> bool:
    """The last look before the request: the lease and the claim are still ours, and somebody still has to answer.

    Both begin anew, so that the request has their whole time.
    """
    now = now_of(session)
    if not _renew(session, lease, now):
        return False
    ours = mark(session, envelope.pages, {"try_at": now + CLAIM}, PageState.DUE)
    return session.execute(_STILL_WANTED, {"pages": ours}).first() is not None


def mark(
    session: Session, claimed: Mapping[int, int], values: dict[str, object], state: PageState | None = None
) -> list[int]:
    """Write onto the claimed pages (number: attempt) whose attempt is still this one, and that are in `state` if given;
    returns their numbers."""
    new = {f"new_{name}": value for name, value in values.items()}
    written = session.execute(_marking(tuple(values), state), {"claimed": sorted(claimed.items()), **new})
    return sorted(row.id for row in written)


@cache
def _marking(names: Sequence[str], state: PageState | None) -> ReturningUpdate[int]:
    """The statement that writes these columns; building it takes longer than running it."""
    same = tuple_(Page.id, Page.attempt).in_(bindparam("claimed", expanding=True))
    found = select(Page.id).where(same, *([Page.state == state] if state is not None else []))
    ours = found.order_by(Page.id).with_for_update().scalar_subquery()
    new = {name: bindparam(f"new_{name}", type_=getattr(Page, name).type) for name in names}
    pages = update(Page).where(Page.id == any_(func.array(ours))).values(new).returning(Page.id)
    return pages.execution_options(synchronize_session=False)


_LEASE = text("""
    UPDATE people SET lease = :lease, leased_until = :until
    FROM workspaces w
    WHERE w.id = people.workspace_id AND people.id = ANY (ARRAY(
        SELECT pe.id FROM people pe
        JOIN workspaces home ON home.id = pe.workspace_id AND home.uninstalled_at IS NULL
             AND (home.retry_at IS NULL OR home.retry_at <= :now) AND NOT (home.id = ANY (:busy))
        CROSS JOIN LATERAL (
            SELECT severity, try_at FROM pages
            WHERE person_id = pe.id AND state = 'due' AND try_at <= :now AND way_id IS NULL
            ORDER BY severity, try_at LIMIT 1) AS worst
        WHERE (pe.leased_until IS NULL OR pe.leased_until <= :now) AND (pe.retry_at IS NULL OR pe.retry_at <= :now)
        ORDER BY worst.severity, worst.try_at LIMIT 1 FOR NO KEY UPDATE OF pe SKIP LOCKED))
    RETURNING people.id, people.workspace_id, people.slack_id, people.dm_channel, people.is_channel, w.token
""")

_DUE_PAGES = (
    select(Page, Alert.status, Alert.epoch)
    .join(Alert, Alert.id == Page.alert_id)
    .where(Page.person_id == bindparam("person"), Page.state == PageState.DUE, Page.try_at <= bindparam("now"))
    .where(Page.way_id.is_(None))
    .order_by(Page.post_id.is_(None), Page.severity, Page.try_at, Page.id)
    .limit(LIST_AT_MOST)
    .with_for_update(of=Page, skip_locked=True)
)

_STILL_WANTED = text("""
    SELECT FROM pages JOIN alerts ON alerts.id = pages.alert_id
    WHERE pages.id = ANY (CAST(:pages AS bigint[]))
          AND alerts.status = CASE pages.kind WHEN 'reminder' THEN 'acknowledged' ELSE 'open' END
    LIMIT 1
""")

_RENEW = text(
    "UPDATE people SET leased_until = :until WHERE id = :person AND lease = :lease AND leased_until > :now RETURNING id"
)

_HOME = "JOIN workspaces home ON home.id = pe.workspace_id AND home.uninstalled_at IS NULL"

_DUE_PEOPLE = text(f"""
    SELECT pe.id FROM people pe {_HOME}
    CROSS JOIN LATERAL (
        SELECT FROM pages WHERE person_id = pe.id AND state = 'due' AND way_id IS NULL AND try_at <= :now
        ORDER BY severity, try_at LIMIT 1) AS first
    WHERE (home.retry_at IS NULL OR home.retry_at <= :now) AND (pe.leased_until IS NULL OR pe.leased_until <= :now)
          AND (pe.retry_at IS NULL OR pe.retry_at <= :now)
    LIMIT 16
""")

DUE = moment(f"""
    SELECT min(greatest(first.try_at, home.retry_at, pe.retry_at, pe.leased_until))
    FROM people pe {_HOME}
    CROSS JOIN (VALUES (1), (2), (3), (4)) AS each(severity)
    CROSS JOIN LATERAL (
        SELECT try_at FROM pages
        WHERE person_id = pe.id AND severity = each.severity AND state = 'due' AND way_id IS NULL
        ORDER BY try_at LIMIT 1) AS first
""")
"""When the next page is to be tried; pages of people being served, and of workspaces held back, later. It looks at one
page for each person and severity, however many wait."""
