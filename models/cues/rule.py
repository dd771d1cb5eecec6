"""The shape of a hard cue's rule.

They are written for text as `cues.plain_sentences` leaves it: lower case, no accents, no punctuation, one blank between
words and one at either end, English contractions joined ("wont"), other apostrophes opened ("l abonnement").
`stems` are the first four letters of the words without which the pattern cannot match; they make the search cheap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cue:
    """One hard cue in one language: found where `pattern` matches a sentence and `guard` does not."""

    indicator: str
    stems: frozenset[str]
    pattern: re.Pattern[str]
    guard: re.Pattern[str]


def cue(indicator: str, stems: str, patterns: list[str], guards: list[str]) -> Cue:
    guard = "|".join(guards) if guards else r"(?!)"
    return Cue(indicator, frozenset(stems.split()), re.compile("|".join(patterns)), re.compile(guard))


GAP = r"(?:\w+ ){0,4}?"

TECHNICAL = (
    r" (?:buttons?|botones?|boton|bouton|pulsante|botao|knop|przycisk\w*|endpoint|webhooks?|staging|sandbox|dummy|"
    r"modal|"
    r"dialog|popup|template|vorlage|typo|e2e|unit|cypress|testvertrag|testabo|testaccount|programmatically|workshop|"
    r"via (?:the )?(?:api|cli|sdk)|per api|training|schulung|webinar|questionnaire|fragebogen) "
)
TEST_OBJECT = (
    r" (?:test|demo|trial|prueba|prova|teste|essai|testowe\w*) (?:account|subscription|contract|"
    r"tenant|order|user|cuenta)"
)
NOBODY = (
    r" (?:niemand|personne n|nadie|nessuno|ninguem|niemanden|nikt|keine?r?|aucun\w*|ningun\w*|"
    r"nessun\w*|nenhum\w*|zaden) "
)
AGREED = (
    r" (?:unterschrieben|freigegeben|genehmigt|zugestimmt|einverstanden|avv|nda|signe|signee|valide|approuve|feu vert|"
    r"firmado|firmo|aprobado|aprobo|aprobaron|visto bueno|approvato|firmato|assinou|assinado|aprovou|aprovado|getekend|"
    r"ondertekend|goedgekeurd|akkoord|podpisal\w*|podpisan\w*|zatwierdzil\w*|zaakceptowal\w*|danke|merci|gracias|"
    r"grazie|"
    r"obrigad[oa]|bedankt|dziekuj\w+) "
)
