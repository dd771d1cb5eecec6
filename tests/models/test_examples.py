"""Which corrected verdicts are shown as examples: the most alike, and of each kind one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.examples import AT_MOST, SIMILAR, Example, Mark, similar, similarity
from models.words import Risk

FALSE, MISSED = Mark.FALSE_POSITIVE, Mark.MISSED
OUTAGE = Example("The checkout is down again", Risk.HIGH, MISSED)
CLUSTER = Example("We terminate the staging cluster tonight", Risk.NONE, FALSE)
INVOICE = Example("The invoice is wrong, please correct it", Risk.MEDIUM, MISSED)
LUNCH = Example("Who comes along for lunch", Risk.NONE, FALSE)
KNOWN = [LUNCH, INVOICE, CLUSTER, OUTAGE]

EXAMPLES = st.builds(Example, st.text(max_size=30), st.sampled_from(Risk), st.sampled_from(Mark))


def test_the_likest_come_first() -> None:
    assert similar("The checkout is down since noon", [INVOICE, OUTAGE])[0] == OUTAGE
    assert similar("Please correct the invoice", KNOWN)[0] == INVOICE
    assert similar("We terminate the production cluster", KNOWN)[0] == CLUSTER


def test_one_of_each_kind_is_there_even_if_it_is_not_alike() -> None:
    kinds = [each.kind for each in similar("The checkout is down again!", [OUTAGE, LUNCH])]
    assert kinds == [MISSED, FALSE]


def test_what_has_hardly_a_word_in_common_is_left_out() -> None:
    assert LUNCH not in similar("We terminate the cluster", KNOWN)


def test_of_equally_like_ones_the_first_is_taken() -> None:
    newer, older = Example("down again", Risk.NONE, FALSE), Example("Down, again", Risk.HIGH, FALSE)
    assert similar("down again", [newer, older], at_most=1) == (newer,)
    assert similar("down again", [newer, Example("down again", Risk.HIGH, MISSED)]) == (newer,), "one text counts once"


@pytest.mark.parametrize("text", ["", "   ", "?!"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    assert similarity(text, "down again") == 0
    assert len(similar(text, KNOWN)) == 2


@given(st.text(max_size=40), st.lists(EXAMPLES, max_size=15), st.integers(0, 8))
def test_they_are_few_known_different_ranked_and_of_both_kinds_where_there_is_room(
    text: str, known: list[Example], at_most: int
) -> None:
    chosen = similar(text, known, at_most)
    assert len(chosen) <= at_most
    assert set(chosen) <= set(known)
    assert len({each.text for each in chosen}) == len(chosen)
    ranks = [similarity(text, each.text) for each in chosen]
    assert ranks == sorted(ranks, reverse=True)
    first_of = {each.text: each for each in reversed(known)}
    if at_most >= 2:
        assert {each.kind for each in chosen} == {each.kind for each in first_of.values()}
    assert sum(rank < SIMILAR for rank in ranks) <= len(Mark)


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_mutual_and_between_nothing_and_one(one: str, two: str) -> None:
    assert 0 <= similarity(one, two) == similarity(two, one) <= 1.0000001
    if any(char.isalnum() for char in one):
        assert similarity(one, one) == pytest.approx(1)


def test_six_at_most_by_default() -> None:
    known = [Example(f"The checkout is down {number}", Risk.HIGH, MISSED) for number in range(20)]
    assert len(similar("The checkout is down", known)) == AT_MOST == 6
