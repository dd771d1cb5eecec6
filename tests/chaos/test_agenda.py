"""Work at its moments: in order, by threads, and what goes wrong is told."""

import threading
import time

from tests.chaos.agenda import Agenda


def test_work_is_done_when_it_is_due_the_earliest_first() -> None:
    agenda, done, over = Agenda(1), list[str](), threading.Event()
    now = time.time()
    agenda.at(now + 0.05, over.set)
    agenda.at(now - 1, lambda: done.append("second"))
    agenda.at(now - 2, lambda: done.append("first"))
    assert over.wait(5)
    agenda.close()
    assert sorted(done) == ["first", "second"]


def test_what_goes_wrong_is_told_and_the_rest_goes_on() -> None:
    agenda, over = Agenda(1), threading.Event()

    def fails() -> None:
        raise ValueError("no such alert")

    agenda.at(0, fails)
    agenda.at(1, over.set)
    assert over.wait(5)
    agenda.close()
    assert agenda.problems == ["ValueError: no such alert"]


def test_what_is_not_due_yet_is_never_done_after_the_end() -> None:
    agenda, done = Agenda(1), list[str]()
    agenda.at(time.time() + 3600, lambda: done.append("late"))
    agenda.close()
    assert done == []
