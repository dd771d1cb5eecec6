"""Words that keep a conversation polite without changing it: thanks that ask for nothing, and replies that only wait.

Both are kept narrow. What is no clear courtesy counts as a question when a client writes it, and as an answer when we
do; so a mistake here costs a look at the clock and never a missed message.
"""

import re
import unicodedata

LONGEST_PLEASANTRY = 9
LONGEST_HOLDING = 45
LONGEST_WITH_A_NAME = 4
"""Words; only so short a pleasantry may hold one unknown word, written as a name."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_THANKS = _set_of(
    """
    thanks thank thx ty tysm cheers ok okay k kk great perfect awesome cool nice super lovely brilliant excellent
    wonderful fantastic noted understood received bye goodbye welcome danke dankeschön merci parfait génial gracias
    perfecto genial vale grazie perfetto ottimo obrigado obrigada perfeito ótimo valeu dank bedankt prima top dzięki
    dziękuję świetnie super klasse klar verstanden tschüss ciao adiós tot
    """
)
_AROUND = _set_of(
    """
    you so much a lot very many again all for the your this that it is it's was help quick fast reply response update
    answer info support today too everyone team guys got will do sounds good and have nice day weekend evening one
    see then no problem worries np appreciate appreciated we i really
    vielen herzlichen schönen schönes dir ihnen euch für die das schnelle hilfe antwort rückmeldung alles gut sehr tag
    abend wochenende noch einen ein beaucoup bien pour votre ton aide réponse bonne journée soirée week-end à vous toi
    c'est muchas muchísimas por tu su la ayuda respuesta buen día fin de semana mille molte per il tuo suo aiuto la
    risposta buona giornata serata muito muita pela sua ajuda resposta bom dia je u wel voor jullie hulp snelle fijne
    dag weekend bardzo za pomoc odpowiedź miłego dnia
    """
)
_TURNS = _set_of(
    """
    nothing but still not never however unless however why when how what where who no
    aber nicht nichts noch trotzdem wann warum wieso wie mais pas rien toujours quand pourquoi comment pero nada cuándo
    todavía ma non niente ancora quando perché mas não nada ainda maar niet niets nog wanneer waarom ale nie nic
    jeszcze kiedy dlaczego
    """
)
_PATIENCE = re.compile(
    "|".join(
        (
            r"look(?:ing)? into (?:it|this|that)",
            r"(?:we|i)(?:'|’)?(?:ll| will| am|'m|’m|'re|’re| are)? (?:be )?(?:check|investigat|look)(?:ing|e)?\b",
            r"\b(?:on it|taking a look|having a look|bear with (?:us|me))\b",
            r"let me (?:check|see|ask|find out|look)",
            r"(?:get|come) back to you",
            r"keep you (?:posted|updated)",
            r"(?:give|need) (?:us|me|a) .{0,20}(?:minute|moment|hour|bit)",
            r"just a (?:minute|moment|sec)",
            r"schau(?:en|e)? .{0,30}\ban\b",
            r"(?:prüfen|klären|untersuchen) (?:das|es|wir|ich)",
            r"kümmer\w+ .{0,20}dar",
            r"mel(?:de|den) (?:mich|uns)",
            r"einen (?:moment|augenblick)",
            r"(?:wir|ich) (?:prüfe|kläre|schaue|gucke)n?\b",
            r"(?:je|nous|on) (?:regard|vérifi|examin)\w*",
            r"revien[st]? (?:vers|rapidement)|revenons vers",
            r"un (?:instant|moment)",
            r"lo (?:estoy|estamos) (?:revisando|mirando|viendo)",
            r"reviso|revisamos|miro",
            r"te (?:digo|decimos|aviso|avisamos)",
            r"verifico|verifichiamo|controllo|controlliamo",
            r"ti (?:faccio|facciamo) sapere|un attimo",
            r"(?:vou|vamos) (?:verificar|ver|checar|analisar)",
            r"(?:já|te|lhe) (?:retorno|retornamos|aviso)",
            r"(?:ik|we|wij) (?:kijk|kijken|zoek|zoeken) .{0,20}(?:naar|uit|mee)",
            r"komen? (?:hier|er)(?: zo| snel)? op terug",
            r"een (?:moment|ogenblik)",
            r"sprawdzam|sprawdzamy|sprawdzę|sprawdzimy",
            r"(?:dam|damy) znać|chwil[ęa]",
        )
    ),
)


def is_pleasantry(text: str) -> bool:
    """Does a message only thank, confirm or take leave, so that nobody has to answer it?"""
    if "?" in text or "¿" in text:
        return False
    shown = _WORD.findall(_without_marks(text))
    words = [word.casefold().replace("’", "'") for word in shown]
    if not words:
        return not any(character.isdigit() for character in text)
    if len(words) > LONGEST_PLEASANTRY or not _THANKS & set(words) or _TURNS & set(words):
        return False
    strange = [shown[number] for number, word in enumerate(words) if word not in _THANKS and word not in _AROUND]
    return not strange or (len(words) <= LONGEST_WITH_A_NAME and len(strange) == 1 and strange[0].istitle())


def is_holding(text: str) -> bool:
    """Does a reply of ours only ask for patience?"""
    plain = _without_marks(text).casefold()
    return len(_WORD.findall(plain)) <= LONGEST_HOLDING and _PATIENCE.search(plain) is not None


def _without_marks(text: str) -> str:
    """`text` without emoji codes, mentions and addresses."""
    return re.sub(r":[a-z0-9_+-]+:|<[^>]*>|https?://\S+", " ", unicodedata.normalize("NFC", text))
