"""Cures against paging on, stale messages, forgotten answers, and mentions in threads."""

from functools import partial

from tests.mutants.mutant import Mutant

without = partial(Mutant, "tests/stories/test_complaints_answers.py")

MUTANTS = (
    without(
        3,
        "pages that are due are cancelled with the answer",
        "models/actions/settling.py",
        ".where(_among(Page.alert_id, alert_ids), Page.state == PageState.DUE)",
        ".where(Page.id == 0)",
        "paging_goes_on_after_acknowledge",
    ),
    without(
        3,
        "a sender looks once more before the request leaves",
        "jobs/deliver.py",
        "        if not delivering.may_send(session, lease, envelope):\n",
        "        if False:\n",
        "a_page_that_a_sender_holds_already_is_not_sent_after_acknowledge",
    ),
    without(
        3,
        "a step is not taken for an acknowledged alert",
        "models/escalation.py",
        "    if state.status is Status.ACKNOWLEDGED:\n        return _acknowledged(state, reach, now)\n",
        "",
        "a_job_that_comes_late_looks_at_the_status_first",
    ),
    without(
        3,
        "a step is not taken for a closed alert",
        "models/escalation.py",
        "    if not state.status.is_live:\n"
        "        return Advance(replace(state, next_step_at=None), (), Reason.NOT_LIVE)\n",
        "",
        "a_months_old_alert_pages",
    ),
    without(
        3,
        "a machine that repeats itself changes only the count",
        "models/signal.py",
        "return Decision.RAISE if signal.severity < known.severity else Decision.REPEAT",
        "return Decision.RAISE",
        "a_months_old_alert_pages",
    ),
    without(
        4,
        "an answer is for the opening that its button was drawn in",
        "models/answer.py",
        "(epoch is not None and epoch != standing.epoch) or ",
        "",
        "a_button_of_an_earlier_opening_answers_nothing",
    ),
    without(
        4,
        "only an open alert can be acknowledged",
        "models/answer.py",
        "    if standing.status is Status.OPEN:\n        return Transition(Status.ACKNOWLEDGED)\n",
        "    if standing.status is not Status.ACKNOWLEDGED:\n        return Transition(Status.ACKNOWLEDGED)\n",
        "a_late_acknowledge_un_resolves",
    ),
    without(
        4,
        "every message about an alert is drawn anew when somebody answers",
        "models/actions/answering.py",
        "**_told(session, wish))\n    redraw(session, [alert.id], now)\n",
        "**_told(session, wish))\n",
        "messages_stay_stale",
    ),
    without(
        4,
        "every message about an alert is drawn anew when its source resolves it",
        "models/actions/receiving.py",
        "    if raised or resolved:\n",
        "    if raised:\n",
        "messages_stay_stale",
    ),
    without(
        4,
        "a message that was drawn before a change is drawn anew when it has arrived",
        "models/actions/receipts.py",
        "THEN CAST(:now AS timestamptz) END",
        "THEN CAST(NULL AS timestamptz) END",
        "a_message_that_was_under_way_while_somebody_answered_is_not_left_stale",
    ),
    without(
        5,
        "an acknowledged alert is looked at again",
        "models/actions/answering.py",
        "until or due_after_acknowledge(plan_from_json(alert.plan), now)",
        "until",
        "acknowledged_then_forgotten",
    ),
    without(
        5,
        "after the reminder the alert is open again",
        "models/escalation.py",
        "    if state.reminded:\n        return _reopen(state, reach, now, ReopenCause.TIMEOUT)\n",
        "",
        "acknowledged_then_forgotten",
    ),
    without(
        5,
        "whoever acknowledged is reminded",
        "models/actions/recording.py",
        '                self.notice("reminded", PageKind.REMINDER, whom, self._subject.lap, AFTER_ACKNOWLEDGE)\n',
        "",
        "acknowledged_then_forgotten",
    ),
    without(
        5,
        "what is closed waits for nothing any more",
        "models/actions/answering.py",
        "    alert.next_step_at = alert.snoozed_until = alert.silence_id = None\n    alert.closed_at",
        "    alert.snoozed_until = alert.silence_id = None\n    alert.closed_at",
        "what_was_resolved_after_the_reminder_rests",
    ),
    without(
        7,
        "pages go to the person's own conversation",
        "jobs/deliver.py",
        "    channel = lease.dm_channel or context.slack.open_dm(token, lease.slack_id)\n",
        '    channel = lease.dm_channel or Sent("C0ACME", "")\n',
        "people_want_a_direct_message_not_a_thread_mention",
    ),
    without(
        7,
        "the message of a page carries its buttons",
        "bot/views/alert.py",
        "    blocks += _buttons(card)\n",
        "",
        "people_want_a_direct_message_not_a_thread_mention",
    ),
)
