"""What the names in a file stand for, and the one spelling that each of them has."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.ascode.faults import did_you_mean, printable
from models.actions.configuring import Configured, Place, Somebody

_PERSON_ID = re.compile(r"[UW][A-Z0-9]{5,}")
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")
NO_CHANNEL = 'is empty; what begins with # needs quotes, such as "#ops"'
_GROUP_ID = re.compile(r"S[A-Z0-9]{2,}")


@dataclass(frozen=True)
class Found:
    """What Slack was asked for: channels and groups that it knows, and what is wrong with words that it does not."""

    channels: tuple[Place, ...] = ()
    groups: tuple[Place, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


class Names:
    """The names of one workspace; `schedules` and `policies` are those that will exist once the file is applied.

    All readers raise ValueError, with a text for people, for a word that stands for nothing or for several.
    """

    def __init__(
        self,
        known: Configured,
        found: Found | None = None,
        schedules: Iterable[str] | None = None,
        policies: Iterable[str] | None = None,
    ) -> None:
        self.known, self._found = known, found or Found()
        self._people = {each.id: each for each in known.people}
        self._by_slack_id = {each.slack_id: each for each in known.people}
        self._by_name = _grouped(known.people)
        self._channels = _merged(known.channels, self._found.channels)
        self._groups = _merged(known.groups, self._found.groups)
        self.schedules = tuple(
            (each.name for each in known.schedules.values()) if schedules is None else schedules
        )  # fmt: skip
        self.policies = tuple((each.plan.policy for each in known.policies) if policies is None else policies)

    # people

    def person_id(self, word: object) -> int:
        """The row id of somebody by name (the @ may be left out) or Slack id.

        A name must be that of one active person, and not a guest's; an id is taken as it is.
        """
        return self._person(word).id

    def person(self, word: object) -> str:
        return self.spelled_person(self._person(word).id)

    def spelled_person(self, row_id: int) -> str:
        """How a file names the person: by name where that stands for nobody else, or by Slack id."""
        person = self._people.get(row_id)
        if person is None:
            return str(row_id)
        try:
            is_clear = person.name.isprintable() and self._person(person.name) is person
        except ValueError:
            is_clear = False
        return person.name if is_clear else person.slack_id

    def has_person(self, row_id: int | None) -> bool:
        return row_id in self._people

    def _person(self, word: object) -> Somebody:
        wanted = _word(word, "somebody's name or Slack id").removeprefix("@")
        if wanted in self._by_slack_id:
            return self._by_slack_id[wanted]
        named = self._by_name.get(_folded(wanted), [])
        active = [each for each in named if each.active]
        if len(active) > 1:
            ids = ", ".join(sorted(each.slack_id for each in active))
            raise ValueError(f'{len(active)} people are called "{wanted}"; name one by Slack id: {ids}')
        if not active or active[0].is_guest:
            raise ValueError(self._nobody(wanted, named))
        return active[0]

    def _nobody(self, wanted: str, named: list[Somebody]) -> str:
        if any(each.active for each in named):
            return f'"{wanted}" is a guest, whom Heed never pages'
        if named:
            return f'"{wanted}" is deactivated in Slack'
        if _PERSON_ID.fullmatch(wanted):
            return f"there is nobody with the Slack id {wanted}"
        others = [printable(each.name) for each in self._people.values() if each.active and not each.is_guest]
        return f'there is nobody called "{wanted}"{did_you_mean(wanted, others)}'

    # schedules and policies

    def schedule(self, word: object) -> str:
        return _one_of(word, self.schedules, "schedule")

    def policy(self, word: object) -> str:
        return _one_of(word, self.policies, "policy")

    # channels and groups

    def channel(self, word: object) -> Place:
        """The channel called `#name`, or with this Slack id."""
        wanted = _word(word, 'a channel such as "#ops"')
        return self._place(wanted, wanted.removeprefix("#"), CHANNEL_ID, self._channels, "channel")

    def group(self, word: object) -> Place:
        """The user group whose handle is `@name`, or with this Slack id."""
        wanted = _word(word, 'a user group such as "@sre"')
        return self._place(wanted, wanted.removeprefix("@"), _GROUP_ID, self._groups, "user group")

    def spelled_channel(self, place: Place) -> str:
        return _spelled(place, "#", CHANNEL_ID, self._channels)

    def spelled_channel_id(self, slack_id: str) -> str:
        """How a file names the channel with this Slack id; by its id where nothing else is known of it."""
        place = self._channels.get(slack_id)
        return self.spelled_channel(place) if place is not None else slack_id

    def channel_id(self, spelled: str) -> str:
        """The Slack id of a channel as `spelled_channel_id` names it."""
        try:
            return self.channel(spelled).slack_id
        except ValueError:
            return spelled

    def known_channel(self, slack_id: str) -> Place | None:
        return self._channels.get(slack_id)

    def spelled_group(self, place: Place) -> str:
        return _spelled(place, "@", _GROUP_ID, self._groups)

    def channel_of_row(self, row_id: int | None) -> Place | None:
        return next((each for each in self._channels.values() if each.id == row_id), None)

    def group_of_row(self, row_id: int | None) -> Place | None:
        return next((each for each in self._groups.values() if each.id == row_id), None)

    def _place(self, word: str, name: str, ids: re.Pattern[str], places: Mapping[str, Place], noun: str) -> Place:
        if word in places:
            return places[word]
        named = [each for each in places.values() if each.active and _folded(each.name) == _folded(name)]
        told = {each.slack_id for each in (*self._found.channels, *self._found.groups)}
        named = [each for each in named if each.slack_id in told] or named  # Slack knows best who has the name now
        if len(named) == 1:
            return named[0]
        if named:
            slack_ids = ", ".join(sorted(each.slack_id for each in named))
            raise ValueError(f'{len(named)} {noun}s are called "{word}"; name one by Slack id: {slack_ids}')
        kind = "Slack id" if ids.fullmatch(word) else "name"
        raise ValueError(self._found.wrong.get(word) or f'there is no {noun} with the {kind} "{word}"')


def _grouped(people: Iterable[Somebody]) -> dict[str, list[Somebody]]:
    found: dict[str, list[Somebody]] = {}
    for each in people:
        found.setdefault(_folded(each.name), []).append(each)
    return found


def _merged(known: Iterable[Place], found: Iterable[Place]) -> dict[str, Place]:
    """Places by Slack id: what Slack says now about one that is known keeps its row."""
    rows = {each.slack_id: each for each in known}
    for each in found:
        row = rows.get(each.slack_id)
        rows[each.slack_id] = Place(each.slack_id, each.name, row.id if row else None, True, each.members)
    return rows


def _spelled(place: Place, sign: str, ids: re.Pattern[str], places: Mapping[str, Place]) -> str:
    names = Counter(_folded(each.name) for each in places.values() if each.active)
    is_clear = place.active and names[_folded(place.name)] == 1 and not ids.fullmatch(place.name)
    return sign + place.name if is_clear and place.name.isprintable() else place.slack_id


def _one_of(word: object, choices: tuple[str, ...], noun: str) -> str:
    wanted = word if isinstance(word, str) else _word(word, f"the name of a {noun}")
    if wanted not in choices:
        raise ValueError(f'there is no {noun} "{wanted}"{did_you_mean(wanted, choices)}')
    return wanted


def _word(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be {what}")
    return value.strip()


def _folded(name: str) -> str:
    return name.strip().removeprefix("@").casefold()
