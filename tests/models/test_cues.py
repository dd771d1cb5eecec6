"""Hard cues: what must page at night, and everything that looks like it and must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cues import hard_cues
from models.indicators import CANCELLATION, DATA_BREACH, HARD_INDICATORS, LEGAL, SAFETY

FOUND = [
    ("We are terminating the contract, our lawyers will call you.", (CANCELLATION, LEGAL)),
    ("WE ARE TERMINATING THE CONTRACT", (CANCELLATION,)),
    ("We are termin\u200bating the contract.", (CANCELLATION,)),
    ("please cancel our subscription as of today", (CANCELLATION,)),
    ("The board has decided not to renew with you.", (CANCELLATION,)),
    ("We cancel.", (CANCELLATION,)),
    ("We will cancel next month", (CANCELLATION,)),
    ("That was it. We'll cancel!", (CANCELLATION,)),
    ("We are going to cancel at the end of the quarter.", (CANCELLATION,)),
    ("We won’t be renewing our agreement.", (CANCELLATION,)),
    ("I want to close my account.", (CANCELLATION,)),
    ("If it happens again, we will cancel the contract.", (CANCELLATION,)),
    ("Since June we're moving to another provider.", (CANCELLATION,)),
    ("Please find attached our notice of termination.", (CANCELLATION,)),
    ("You'll hear from our solicitors.", (LEGAL,)),
    ("We are considering legal action.", (LEGAL,)),
    ("I've forwarded everything to our lawyers", (LEGAL,)),
    ("We'll see you in court.", (LEGAL,)),
    ("I can see another customer's invoices in my account.", (DATA_BREACH,)),
    ("Our customer data has been leaked.", (DATA_BREACH,)),
    ("This puts patients at risk.", (SAFETY,)),
    ("A worker was injured because the alarm was silent.", (SAFETY,)),
    ("Hiermit kündigen wir den Vertrag fristlos.", (CANCELLATION,)),
    ("Wir kuendigen unser Abo zum Monatsende.", (CANCELLATION,)),
    ("Unsere Anwälte werden sich bei Ihnen melden.", (LEGAL,)),
    ("Wir sehen Rechnungen anderer Kunden, das ist ein Datenleck.", (DATA_BREACH,)),
    ("Hier sind Patienten in Gefahr!", (SAFETY,)),
    ("Nous allons résilier notre contrat.", (CANCELLATION,)),
    ("Nos avocats vont vous contacter.", (LEGAL,)),
    ("Il s'agit d'une fuite de données.", (DATA_BREACH,)),
    ("La vie des patients est en danger.", (SAFETY,)),
    ("Queremos cancelar el contrato.", (CANCELLATION,)),
    ("Vamos a tomar acciones legales.", (LEGAL,)),
    ("Vemos datos de otros clientes.", (DATA_BREACH,)),
    ("Hay pacientes en peligro.", (SAFETY,)),
    ("Vogliamo disdire il contratto.", (CANCELLATION,)),
    ("Procederemo per vie legali.", (LEGAL,)),
    ("C'è stata una violazione dei dati.", (DATA_BREACH,)),
    ("I pazienti sono in pericolo.", (SAFETY,)),
    ("Vamos cancelar o contrato.", (CANCELLATION,)),
    ("Nossos advogados vão entrar em contato.", (LEGAL,)),
    ("Houve um vazamento de dados.", (DATA_BREACH,)),
    ("Há pacientes em risco.", (SAFETY,)),
    ("We zeggen het contract op.", (CANCELLATION,)),
    ("Onze advocaat neemt contact met u op.", (LEGAL,)),
    ("Dit is een datalek.", (DATA_BREACH,)),
    ("Er zijn patiënten in gevaar.", (SAFETY,)),
    ("Wypowiadamy umowę.", (CANCELLATION,)),
    ("Sprawą zajmą się nasi prawnicy, prawnicy skontaktują się z Państwem.", (LEGAL,)),
    ("Doszło do wycieku danych.", (DATA_BREACH,)),
    ("To zagrożenie życia pacjentów.", (SAFETY,)),
]

NOT_FOUND = [
    "Please terminate the staging cluster.",
    "We're terminating TLS at the proxy.",
    "Cancel my meeting on Thursday, please.",
    "What happens if we cancel?",
    "Do we cancel next week?",
    "We will cancel the meeting next month.",
    "Can you cancel the test order I placed?",
    "Please cancel the test subscription in the sandbox.",
    "What happens when a user cancels their subscription?",
    "The cancel subscription button is misaligned.",
    "We are not cancelling the contract, don't worry.",
    "We have no intention of terminating the agreement.",
    "We almost cancelled our subscription last year, and now we love it.",
    "We cancelled our contract with Zendesk and moved everything to you.",
    "Our old vendor's contract has been terminated.",
    "The TLS certificate was not renewed.",
    "Our lawyer approved the contract, let's sign.",
    "Our legal team signed the DPA.",
    "Our legal department will send the signed NDA tomorrow.",
    "We are a law firm and our attorneys will contact the court today.",
    "There's a memory leak in our own service.",
    "Do you have a data breach policy?",
    "How do I see other users' reports as an admin?",
    "This is a killer feature.",
    "I'm dying to see the next release.",
    "We had an incident in the warehouse. Nobody was hurt.",
    "Safety training is on Monday.",
    "Kannst du den Termin kündigen? Wir kündigen das Release morgen an.",
    "Wir kündigen den Vertrag nicht.",
    "Der Anwalt hat den Vertrag freigegeben.",
    "Un client a résilié son abonnement, quel webhook part ?",
    "Nuestro abogado ha firmado el contrato.",
    "Non vogliamo disdire il contratto.",
    "Nosso advogado aprovou o contrato.",
    "Onze advocaat heeft het contract goedgekeurd.",
    "Nasz prawnik zatwierdził umowę.",
    "thanks, all good!",
    "👍",
    "",
]


@pytest.mark.parametrize(("text", "cues"), FOUND)
def test_an_explicit_statement_is_found(text: str, cues: tuple[str, ...]) -> None:
    assert hard_cues(text) == cues


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_look_alike_is_not(text: str) -> None:
    assert hard_cues(text) == ()


@given(st.text(max_size=500))
def test_any_text_has_an_answer(text: str) -> None:
    found = hard_cues(text)
    assert list(found) == [name for name in HARD_INDICATORS if name in found]


def test_a_cue_at_the_end_of_a_long_message_is_found() -> None:
    assert hard_cues("The weather is fine. " * 100 + "We are terminating the contract.") == (CANCELLATION,)
