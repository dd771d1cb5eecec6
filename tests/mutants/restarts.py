"""Cures against what is lost, doubled or forgotten on the way."""

from functools import partial

from tests.mutants.mutant import Mutant

without = partial(Mutant, "tests/stories/test_complaints_restarts.py")

MUTANTS = (
    without(
        1,
        "what Slack answers with 429 is tried again when Slack says",
        "jobs/deliver.py",
        "            receipts.later(session, envelope, again_at, why)\n"
        "            workspaces.hold_back(session, lease.workspace_id, again_at)\n"
        "            return After(again_at, goes_on=False)\n",
        "            return After(step_is_due=receipts.failed(session, lease, envelope, why))\n",
        "a_429_of_slack_loses_pages",
    ),
    without(
        2,
        "the clock rings for what is overdue",
        "jobs/clock.py",
        "        self._ring_overdue(due, now)\n",
        "",
        "escalation_never_runs_because_its_ring_was_lost",
    ),
    without(
        2,
        "the clock rings whatever the flag of a dead worker says",
        "jobs/clock.py",
        "                self.context.bell.ring_regardless(job)\n",
        "                self.context.bell.wake(job)\n",
        "escalation_stops_when_a_worker_dies_with_the_job_in_hand",
    ),
    without(
        2,
        "a dead worker's lease of a person runs out",
        "models/actions/delivering.py",
        "        WHERE (pe.leased_until IS NULL OR pe.leased_until <= :now) AND",
        "        WHERE pe.leased_until IS NULL AND",
        "escalation_stops_when_a_worker_dies_with_a_page_in_hand",
    ),
    without(
        2,
        "the clock pages by itself while no worker beats",
        "jobs/clock.py",
        "        if needed:\n            miss(self.context)\n            escalate(self.context)\n",
        "        if False:\n            miss(self.context)\n            escalate(self.context)\n",
        "escalation_stops_while_no_worker_is_there",
    ),
    without(
        2,
        "an open alert that waits for nothing is found",
        "jobs/clock.py",
        "rescued = escalating.rescue_stranded(session)",
        "rescued = 0",
        "an_open_alert_that_waits_for_nothing_is_taken_up_again",
    ),
    without(
        2,
        "a worker looks at everything once when it starts",
        "jobs/worker.py",
        "    _ring_first(context, queue)\n",
        "",
        "escalation_stops_after_a_restart",
    ),
    without(
        10,
        "what had no clear answer is looked for before it is sent again",
        "jobs/deliver.py",
        "    if envelope.must_look:\n",
        "    if False:\n",
        "duplicates",
    ),
)
