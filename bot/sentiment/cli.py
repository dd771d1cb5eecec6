"""`assess`: rates messages of a file, one line of JSON each, and measures itself where they carry labels."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bot.sentiment.llm import Llm
from bot.sentiment.rater import Engine, Rater
from models.assessment import Assessment, Burst, Line
from models.config import Settings
from models.cues import hard_cues
from models.words import Risk

SERIOUS = (Risk.HIGH, Risk.CRITICAL)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--engine", type=click.Choice(["embedded", "llm"]), help="Default: the LLM if one is set.")
def assess(file: Path, engine: str | None) -> None:
    """Rate each line of FILE (JSON with `text`, optionally `context` and `label`)."""
    settings = Settings()
    if engine == "llm" and not settings.has_llm:
        raise click.UsageError("no LLM is set: OPENAI_API_KEY or OPENAI_BASE_URL")
    rater = Rater(_llm(settings) if settings.has_llm and engine != "embedded" else None)
    pairs: list[tuple[str, Risk]] = []
    for number, line in _lines(file):
        verdict = rater.assess(_burst(line, f"line {number}"))
        click.echo(json.dumps({**_shown(line), **_told(verdict)}, ensure_ascii=False))
        if line.get("label"):
            pairs.append((line["label"], verdict.risk))
    if pairs:
        click.echo(json.dumps(measure(pairs)))


def _llm(settings: Settings) -> Engine:
    return Llm(
        settings.openai_api_key.get_secret_value(),
        settings.openai_base_url,
        settings.openai_model,
        settings.llm_timeout_s,
    )


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: is not UTF-8 text") from None
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            line = json.loads(raw)
        except ValueError:
            raise click.ClickException(
                f'{file}, line {number}: is not JSON; each line is an object such as {{"text": "We cancel."}}'
            ) from None
        if not isinstance(line, dict) or not isinstance(line.get("text"), str):
            raise click.ClickException(f"{file}, line {number}: needs a field `text`")
        yield number, line


def _burst(line: dict[str, Any], where: str) -> Burst:
    try:
        context = tuple(Line("0", str(each["role"]), str(each["text"])) for each in line.get("context") or ())
    except (KeyError, TypeError):
        raise click.ClickException(f"{where}: `context` must be a list of {{role, text}}") from None
    return Burst(0, 0, (Line("1", "client", line["text"]),), context, hard_cues(line["text"]))


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    return {key: line[key] for key in ("label", "lang", "text") if key in line}


def _told(verdict: Assessment) -> dict[str, Any]:
    return {
        "risk": verdict.risk.value,
        "probability": round(verdict.probability, 4),
        "indicators": verdict.indicators,
        "engine": verdict.engine,
    }


def measure(pairs: list[tuple[str, Risk]]) -> dict[str, float | int]:
    """Accuracy, and precision and recall of critical and of high-or-worse; labels name the four classes."""
    folded = [(Risk(label), Risk.NONE if risk is Risk.LOW else risk) for label, risk in pairs]
    found: dict[str, float | int] = {
        "lines": len(folded),
        "accuracy": round(sum(label is risk for label, risk in folded) / len(folded), 3),
    }
    for name, group in (("critical", (Risk.CRITICAL,)), ("high_or_worse", SERIOUS)):
        hits = sum(label in group and risk in group for label, risk in folded)
        found[f"{name}_precision"] = _share(hits, sum(risk in group for _, risk in folded))
        found[f"{name}_recall"] = _share(hits, sum(label in group for label, _ in folded))
    return found


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
