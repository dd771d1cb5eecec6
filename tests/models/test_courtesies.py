"""Thanks that ask for nothing, replies that only ask for patience; and all that only looks like it."""

import pytest

from models.courtesies import is_holding, is_pleasantry

PLEASANTRIES = (
    "Thanks!", "Thank you so much for the quick help", "ok", "Okay, got it", "👍", ":thumbsup: :tada:", "Thanks Anna!",
    "Perfect, have a nice weekend", "Vielen Dank!", "Danke dir, schönes Wochenende", "Alles klar, danke",
    "Merci beaucoup", "Parfait, bonne journée", "gracias", "Perfecto, muchas gracias", "Grazie mille", "Obrigado!",
    "Dank je wel", "Dziękuję bardzo", "Thanks <@U0BOB>", "Great, thanks everyone :pray:",
)  # fmt: skip
QUESTIONS = (
    "Thanks for nothing", "Thanks, but it still fails", "ok?", "great, when will it be fixed", 
    "Perfect, we will cancel",
    "Great. Another outage.", "no thanks", "1", "???", "Danke, aber es geht noch nicht", "Merci mais toujours rien",
    "Gracias, pero sigue igual", "Thanks. Please call me.", "Great cancel it", "Super, und wann kommt das Geld",
    "Hello", "Thanks Anna, Bob and Chris for breaking it",
)  # fmt: skip
HOLDING = (
    "We're looking into it", "I'll check and get back to you", "On it!", "Let me ask the team", "Just a moment please",
    "Wir schauen uns das an", "Ich kläre das und melde mich", "Einen Moment bitte", "Nous regardons cela",
    "Je vérifie et je reviens vers vous", "Un momento, lo estamos revisando", "Controllo subito", "Vou verificar",
    "We kijken er naar", "Sprawdzamy to", "we are investigating", "Bear with us, we need a bit",
)  # fmt: skip
ANSWERS = (
    "Hi Dora, the fix is live since 10:00, please try again", "Please look at the docs", "Done. Refund is on its way",
    "Could you give me a screenshot?", "Die Rechnung ist storniert.", "C'est corrigé", "Ya está resuelto",
    "We have restored the data from the backup of last night. " + "All invoices are there again. " * 10
    + "We are looking into how it came to this.",
)  # fmt: skip


@pytest.mark.parametrize("text", PLEASANTRIES)
def test_a_pleasantry_starts_no_clock(text: str) -> None:
    assert is_pleasantry(text)


@pytest.mark.parametrize("text", QUESTIONS)
def test_whatever_might_be_a_question_starts_it(text: str) -> None:
    assert not is_pleasantry(text)


@pytest.mark.parametrize("text", HOLDING)
def test_a_holding_reply_only_asks_for_patience(text: str) -> None:
    assert is_holding(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_is_no_holding_reply(text: str) -> None:
    assert not is_holding(text)
