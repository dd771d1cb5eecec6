"""Writing the changes of a file, in the caller's transaction; what has not changed is not touched."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.ascode import clients, policies, routes, schedules, silences, tiers
from bot.ascode import sources as intakes
from bot.ascode.changes import Change
from bot.ascode.fields import Item
from bot.ascode.reading import Wanted
from models.actions import configuring, people, plans, silencing, sources
from models.actions import schedules as duty
from models.actions.configuring import Place
from models.plan import TargetKind
from models.seal import Seal


class Store:
    """The workspace that changes, and the file's name, by which its silences are made."""

    def __init__(self, session: Session, seal: Seal, workspace_id: int, wanted: Wanted, by: str) -> None:
        self._session, self._seal, self._workspace_id = session, seal, workspace_id
        self._wanted, self._names, self._by = wanted, wanted.names, by

    def everything(self, changes: Iterable[Change]) -> list[tuple[Item, str]]:
        """Write these changes; returns the sources that are new, each with its secret."""
        by_section: dict[str, list[Change]] = {}
        for change in changes:
            by_section.setdefault(change.section, []).append(change)
        gone = [each for each in by_section.get("schedules", ()) if each.new is None]
        for change in by_section.get("schedules", ()):
            self._schedule(change)
        for change in by_section.get("policies", ()):
            self._policy(change)
        if "routes" in by_section:
            wanted = [routes.route_of(item, self._names, self._channel) for item in self._wanted.items["routes"]]
            configuring.replace_routes(self._session, self._workspace_id, wanted)
        for change in gone:
            duty.remove(self._session, self._workspace_id, change.name)
        for change in by_section.get("silences", ()):
            self._silence(change)
        for change in by_section.get("tiers", ()):
            self._tier(change)
        for change in by_section.get("clients", ()):
            self._client(change)
        made = [(change.new, self._source(change)) for change in by_section.get("sources", ()) if change.new]
        return [(item, secret) for item, secret in made if secret]

    def _schedule(self, change: Change) -> None:
        if change.new is not None:
            duty.put(self._session, self._seal, self._workspace_id, schedules.schedule_of(change.new, self._names))

    def _policy(self, change: Change) -> None:
        if change.new is None:
            configuring.remove_policy(self._session, self._workspace_id, change.name)
            return
        plan = policies.plan_of(change.new, self._row_of)
        plans.save_policy(self._session, self._workspace_id, plan, is_default=change.new.get("default", False))

    def _silence(self, change: Change) -> None:
        row_id, _ = self._names.known.silences.get(change.name, (None, None))
        if change.new is None:
            assert row_id is not None, "only a silence that is there is ended"
            silencing.end(self._session, self._workspace_id, row_id)
            return
        wanted = silences.silence_of(change.new)
        times = (wanted.matchers, wanted.starts_at, wanted.ends_at)
        if row_id is not None:
            silencing.change(self._session, self._workspace_id, row_id, *times, wanted.why)
            return
        silencing.make(
            self._session, self._workspace_id, *times, self._by, wanted.why, name=change.name, applied=True
        )  # fmt: skip

    def _tier(self, change: Change) -> None:
        if change.new is None:
            configuring.remove_tier(self._session, self._workspace_id, change.name)
        else:
            configuring.put_tier(self._session, self._workspace_id, tiers.tier_of(change.new))

    def _client(self, change: Change) -> None:
        assert change.new is not None, "clients are not removed"
        client = clients.client_of(change.new, change.row_id, self._names, self._group)
        for each in client.channels or ():
            place = self._names.known_channel(each.channel_id)
            if place is not None:
                self._channel(place)
        configuring.put_client(self._session, self._workspace_id, client)

    def _source(self, change: Change) -> str:
        """The secret of a source that is new; empty for one that is there."""
        assert change.new is not None, "sources are not removed"
        kind, name = change.new["kind"], change.new["name"]
        if change.old is None:
            secret = sources.secret_for(kind)
            values = intakes.columns_of(change.new, {})
            sources.put_source(self._session, self._workspace_id, kind, name, secret, **values)
            return secret
        (there,) = sources.named(self._session, self._workspace_id, name, kind)
        values = intakes.columns_of(change.new, there.settings)
        sources.change(self._session, self._workspace_id, there.id, **values)
        return ""

    def _row_of(self, kind: TargetKind, word: str) -> int:
        match kind:
            case TargetKind.PERSON:
                return self._names.person_id(word)
            case TargetKind.CHANNEL:
                return self._channel(self._names.channel(word))
            case TargetKind.GROUP:
                return self._group(self._names.group(word))
        schedule = duty.find(self._session, self._workspace_id, word)
        assert schedule is not None, f"{kind} {word} was read as known"
        return schedule.id

    def _channel(self, place: Place) -> int:
        return place.id or people.channel_row(self._session, self._workspace_id, place.slack_id, place.name)

    def _group(self, place: Place) -> int:
        return place.id or configuring.put_group(self._session, self._workspace_id, place)
