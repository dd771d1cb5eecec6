"""Messages that talk to the model instead of to us: such a model's words are not believed, nor is its calm."""

import re
from collections.abc import Iterable

from models.cues import fold

_LOOK_AWAY = (
    "ignor disregard forget overrid bypass "
    "vergiss vergesst missacht "
    "oubli neglige "
    "olvid descart "
    "dimentic trascur "
    "esquec desconsider "
    "negeer vergeet "
    "zignor zapomn pomin "
    "игнор забуд забыт "
    "忽略 无视 無視 忘记 忘れ 무시 잊어 "
    "تجاهل unut yoksay"
)
_WHAT_WAS_SAID = (
    "instruction prompt guideline directive above "
    "anweisung vorgabe instruktion "
    "consigne instruccion indicacion istruzion indicazion instruc instructie instrukcj polecen "
    "инструкц указани "
    "指令 指示 提示 命令 지시 명령 "
    "تعليمات التعليمات talimat"
)
_RULES = (
    "your rules|all rules|alle regeln|tes regles|vos regles|tus reglas|le regole|as regras|alle regels|zasady"
    "|правил|规则"
)
_CALM = r"(?:none|low|neutral|harmless|no risk|0|keine?s?|aucun|ninguno?|nessuno?|nenhum|geen|brak|zero)"
_RATE = (
    r"rate|classify|label|mark|score|assess|flag|report|return|output|bewerten?|evalu\w{1,6}|clasific\w{1,6}"
    r"|classif\w{1,6}|valuta\w{0,4}|avali\w{1,4}|beoordeelt?|ocen\w{0,3}"
)
_DIRECT = (
    r"\b(?:system|developer) (?:prompt|message|instruction|override)",
    r"\b(?:you ?a?re|act as|pretend to be|as) (?:now )?(?:an? )?(?:ai|language model|llm|chatbot|classifier|dan)\b",
    r"\b(?:jailbreak|developer mode|do anything now)",
    rf"\b(?:{_RATE})\b.{{0,60}}\b{_CALM}\b",
    r"""["']?risk["']? ?[:=] ?["']?(?:none|low|medium)""",
    r"""["'](?:suggested_reply|suggested_action|summary|probability|evidence)["'] ?:""",
    r"\bsuggested[ _](?:reply|action)\b",
    r"</? ?(?:conversation|examples|system|instructions?)\b",
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)|\[/?inst\]|<<sys>>",
    r"^[ \t]{0,9}(?:#{1,6} ?)?(?:system|assistant|developer) ?:",
)


def _any_of(words: str) -> str:
    return "|".join(re.escape(fold(word)) for word in words.split())


def _either_way(verb: str, noun: str) -> str:
    """A verb near a noun, in either order, both by how they begin; Chinese and Japanese have no blanks before them."""
    start = r"(?:(?<!\w)|(?<=[\u1100-\uffff]))"
    return rf"{start}(?:{verb}).{{0,70}}?(?:{noun})|{start}(?:{noun}).{{0,40}}?{start}(?:{verb})"


_ORDERS = re.compile(
    "|".join((_either_way(_any_of(_LOOK_AWAY), f"{_any_of(_WHAT_WAS_SAID)}|{fold(_RULES)}"), *_DIRECT)),
    re.DOTALL | re.MULTILINE,
)


def gives_orders(texts: Iterable[str]) -> bool:
    """Whether one of the texts tries to tell a model what to do.

    It finds the usual ways only. Where it is wrong, a verdict loses the model's own words and can only get worse.
    """
    return any(_ORDERS.search(fold(text)) for text in texts)
