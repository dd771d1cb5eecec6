"""Pages (one alert for one person by one way, with its receipt) and the posts that carry them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Base, Reference, RowId, Small
from models.words import PageKind, PageState


class Way(Base):
    """A way to reach somebody besides Slack: an address that Apprise understands, sealed.

    `label` is what may be shown of it. It is used only once its person has confirmed it with the code that was sent
    there (`code` is its fingerprint). A page goes this way `important_after_s` seconds after it was due, or
    `default_after_s` for one of medium or low severity; None: only when Slack fails (important), or never.
    """

    __tablename__ = "ways"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["people.workspace_id", "people.id"], ondelete="CASCADE"),
        Index("ix_ways_person", "person_id", postgresql_where=text("removed_at is null")),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    person_id: Mapped[Reference]
    kind: Mapped[str]
    label: Mapped[str]
    address: Mapped[bytes]
    important_after_s: Mapped[int | None]
    default_after_s: Mapped[int | None]
    created_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(server_default="")
    code_sent_at: Mapped[datetime | None]
    code_tries: Mapped[Small] = mapped_column(server_default=text("0"))
    confirmed_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    removed_at: Mapped[datetime | None]


class Page(Base):
    """`due_at` never changes; `try_at` is when it is tried next. A claim, fenced by `attempt`, moves `try_at` ahead.

    `way` is `slack`, or the kind and number of one of the person's ways, which is then `way_id`. A page by another way
    that is tried before `own_at` (None: at any time) goes out only if Slack has not taken the page for Slack by then.
    """

    __tablename__ = "pages"
    __table_args__ = (
        UniqueConstraint("alert_id", "step_id", "person_id", "way", "kind"),
        ForeignKeyConstraint(["workspace_id", "alert_id"], ["alerts.workspace_id", "alerts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["workspace_id", "step_id"], ["steps.workspace_id", "steps.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["people.workspace_id", "people.id"]),
        ForeignKeyConstraint(["workspace_id", "post_id"], ["posts.workspace_id", "posts.id"]),
        ForeignKeyConstraint(["workspace_id", "way_id"], ["ways.workspace_id", "ways.id"]),
        Index("ix_pages_due", "person_id", "severity", "try_at", postgresql_where=text("state = 'due'")),
        Index("ix_pages_post", "post_id", postgresql_where=text("post_id is not null")),
        Index("ix_pages_person", "person_id", "alert_id", "id"),
        Index("ix_pages_ways", "try_at", postgresql_where=text("state = 'due' and way_id is not null")),
        Index("ix_pages_way", "way_id", postgresql_where=text("way_id is not null")),
        Index("ix_pages_step", "step_id"),
        Index("ix_pages_due_at", "due_at", postgresql_using="brin", postgresql_with={"pages_per_range": 16}),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    alert_id: Mapped[Reference]
    step_id: Mapped[Reference]
    person_id: Mapped[Reference]
    way: Mapped[str] = mapped_column(server_default="slack")
    way_id: Mapped[int | None] = mapped_column(BigInteger)
    own_at: Mapped[datetime | None]
    kind: Mapped[PageKind]
    severity: Mapped[Small]
    epoch: Mapped[int]
    state: Mapped[PageState] = mapped_column(server_default=PageState.DUE.value)
    due_at: Mapped[datetime]
    try_at: Mapped[datetime]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    sent_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(server_default="")
    post_id: Mapped[int | None] = mapped_column()


class Post(Base):
    """One message of ours. `mark` travels in its metadata, so that it can be found again after an unclear answer.

    `ts` is empty until Slack has confirmed it. `redraw_at` says that it shows something outdated. A list is one post
    for many pages; that of a storm takes in further ones while the storm lasts.
    """

    __tablename__ = "posts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id", "person_id"], ["people.workspace_id", "people.id"]),
        ForeignKeyConstraint(["workspace_id", "storm_id"], ["storms.workspace_id", "storms.id"]),
        Index("ix_posts_storm", "storm_id", "person_id", "id", postgresql_where=text("storm_id is not null")),
        Index("ix_posts_redraw", "redraw_at", postgresql_where=text("redraw_at is not null")),
        Index("ix_posts_place", "workspace_id", "channel_id", "ts"),
    )

    id: Mapped[RowId]
    workspace_id: Mapped[Reference]
    person_id: Mapped[Reference]
    mark: Mapped[str]
    channel_id: Mapped[str] = mapped_column(server_default="")
    ts: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    lookups: Mapped[int] = mapped_column(server_default=text("0"))
    is_list: Mapped[bool] = mapped_column(server_default=text("false"))
    drawn: Mapped[int] = mapped_column(server_default=text("0"))
    redraw_at: Mapped[datetime | None]
    storm_id: Mapped[int | None] = mapped_column(BigInteger)
    redraw_failures: Mapped[int] = mapped_column(server_default=text("0"))
