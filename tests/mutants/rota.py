"""Cures against wrong hand-offs, people who have left, and empty levels."""

from functools import partial

from tests.mutants.mutant import Mutant

without = partial(Mutant, "tests/stories/test_complaints_rota.py")

MUTANTS = (
    without(
        6,
        "hand-offs follow the clock on the wall",
        "models/rotation.py",
        "    number = (wall(at, zone) - origin) // period\n"
        "    while (handoff := first_moment(origin + (number + 1) * period, zone)) <= at:\n",
        "    number = (at - first_moment(origin, zone)) // period\n"
        "    while (handoff := first_moment(origin, zone) + (number + 1) * period) <= at:\n",
        "daylight_saving",
    ),
    without(
        6,
        "a wall time that the clock skips stands for the moment of the skip",
        "models/wall_clock.py",
        "return _at_offset(shown, before) if after <= before else _skip(shown, zone, before, after)",
        "return _at_offset(shown, before)",
        "hours_that_begin_in_the_hour_that_is_skipped",
    ),
    without(
        6,
        "hours of the week follow the clock on the wall",
        "models/rotation.py",
        "        begin, end = first_moment(opens, zone), last_moment(closes, zone)\n",
        "        winter = zone.utcoffset(datetime(2027, 1, 1)) or timedelta()\n"
        "        begin, end = ((each - winter).replace(tzinfo=at.tzinfo) for each in (opens, closes))\n",
        "weekdays",
    ),
    without(
        6,
        "a layer is there only in its hours",
        "models/rotation.py",
        "opened, change = _window_at(rotation, max(at, start))",
        "opened, change = True, None",
        "weekdays",
    ),
    without(
        8,
        "whoever is deactivated in Slack is not on call for anybody",
        "bot/listeners/client.py",
        '    bolt.event("user_change")(person_changed)\n',
        "",
        "somebody_unreachable_in_the_rota",
    ),
    without(
        8,
        "a level reaches only those who can be reached",
        "models/reach.py",
        "return tuple(each for each in self._named(target) if each in self._crew.active)",
        "return self._named(target)",
        "somebody_unreachable_in_the_rota",
    ),
    without(
        8,
        "when nobody of a level can be reached by Slack the next one is due at once",
        "models/actions/receipts.py",
        '    return bool(session.execute(_STEP_NOW, {"pages": list(pages), "now": now}).all())\n',
        "    return False\n",
        "somebody_of_whom_only_slack_knows_that_they_have_left",
    ),
    without(
        8,
        "the check finds whoever cannot be paged",
        "models/reachability.py",
        "        if person not in crew.active:\n",
        "        if False:\n",
        "the_admins_are_told_once_before_the_night_in_which_it_matters",
    ),
    without(
        8,
        "the admins are told of news only",
        "models/actions/checking.py",
        "bool(found) and _what(stored) != _what(workspace.findings)",
        "bool(found)",
        "the_admins_are_told_once_before_the_night_in_which_it_matters",
    ),
    without(
        9,
        "an empty level is passed over at once",
        "models/escalation.py",
        "        passed.append(PassOver(lap, level, why))\n",
        "        passed.append(PassOver(lap, level, why))\n"
        "        due = now + plan.levels[level - 1].timeout\n"
        "        waits = replace(state, lap=lap, level=level, reached=reached, next_step_at=due)\n"
        "        return Advance(waits, tuple(passed), Reason.PAGED)\n",
        "an_empty_level_still_waits_its_whole_time",
    ),
    without(
        9,
        "an Entry says why a level was passed over",
        "models/actions/recording.py",
        '                self._entry("passed_over", False, lap=lap, level=level, why=why)\n',
        "",
        "an_empty_level_still_waits_its_whole_time",
    ),
    without(
        9,
        "a level pages only for the alerts that it is for",
        "models/escalation.py",
        'applies(level.when, severity, now) if level.when is not None else (True, "")',
        '(True, "")',
        "a_level_that_is_not_for_this_alert_does_not_wait_either",
    ),
    without(
        9,
        "a lap that reached nobody is tried again",
        "models/escalation.py",
        "tries=state.tries + 1, next_step_at=retry_at)",
        "tries=state.tries + 1, next_step_at=None, exhausted=True)",
        "where_every_level_is_empty_the_admins_know_at_once_and_it_is_tried_again",
    ),
)
