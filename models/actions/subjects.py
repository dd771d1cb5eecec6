"""An alert as matchers see it."""

from datetime import datetime
from typing import Any

from models.matching import Subject
from models.words import Origin, Severity


def subject_of(row: Any, now: datetime) -> Subject:
    """The subject of a row with labels, severity, origin, source, source_kind, client, tier, owner and renews_on."""
    return Subject(
        labels={str(name): str(value) for name, value in row.labels.items()},
        severity=Severity(row.severity),
        origin=Origin(row.origin),
        source=row.source_name or "",
        source_kind=row.source_kind or "",
        client=row.client or "",
        tier=row.tier or "",
        owner=row.owner or "",
        days_to_renewal=(row.renews_on - now.date()).days if row.renews_on is not None else None,
    )
