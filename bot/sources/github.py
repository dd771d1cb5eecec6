"""GitHub's webhook for the event `workflow_run`: a workflow that has failed, and its next run that succeeds.

    {"action": "completed", "repository": {"full_name": "octo-org/octo-repo", "default_branch": "master"},
     "workflow": {"name": "test"}, "workflow_run": {"id": 289782451, "workflow_id": 2823525, "name": "test",
     "head_branch": "master", "conclusion": "failure", "event": "push", "run_attempt": 1, "run_number": 163,
     "run_started_at": "2026-11-21T23:59:26Z", "html_url": "https://github.com/octo-org/octo-repo/actions/runs/289782451"}}

A workflow on one branch is one problem. Only on the default branch it is a bad one: a branch that somebody works on
may fail. Other events, and runs that were cancelled or skipped, are let pass.
"""

from collections.abc import Mapping
from typing import Any

from bot.sources.reading import (
    KEY_LENGTH,
    LABEL_LENGTH,
    TITLE_LENGTH,
    labels,
    link,
    mapping,
    moment,
    prose,
    severity,
    typed_key,
    words,
)
from models.signal import Signal
from models.words import Severity

NAME = "GitHub"
SNIPPET = """\
gh api repos/<owner>/<repository>/hooks --input - <<'END'
{"name": "web", "active": true, "events": ["workflow_run"],
 "config": {"url": "{address}", "content_type": "json"}}
END
"""
SIGNED_BY = "X-Hub-Signature-256"
SEVERITIES = {"failure": Severity.HIGH, "timed_out": Severity.HIGH, "startup_failure": Severity.HIGH}
"""By how a run on the default branch ended; these are the failures."""
OF_OTHER_BRANCHES = Severity.LOW


def parse(payload: Any) -> list[Signal]:
    """The signal of a run that failed or succeeded, none of anything else; raises Unreadable."""
    body = mapping(payload, "body")
    if "workflow_run" not in body or body.get("action") != "completed":
        return []
    run = mapping(body["workflow_run"], "workflow_run")
    ended = words(run.get("conclusion"), "workflow_run.conclusion", LABEL_LENGTH, "").lower()
    if ended != "success" and ended not in SEVERITIES:
        return []
    return [_signal(body, run, ended)]


def _signal(body: Mapping[str, Any], run: Mapping[str, Any], ended: str) -> Signal:
    repository = mapping(body.get("repository"), "repository")
    name = words(repository.get("full_name"), "repository.full_name", LABEL_LENGTH)
    workflow = _workflow(body, run)
    branch = _branch(run, name)
    failed = ended != "success"
    return Signal(
        key=typed_key("workflow", name, words(run.get("workflow_id"), "workflow_run.workflow_id", KEY_LENGTH), branch),
        firing=failed,
        title=f"{workflow} {'failed' if failed else 'succeeded'} on {branch} of {name}"[:TITLE_LENGTH],
        severity=severity(ended, table=SEVERITIES) if _is_default(repository, branch) else OF_OTHER_BRANCHES,
        details=prose(run.get("display_title"), "workflow_run.display_title"),
        link=link(run.get("html_url")),
        labels=_labels(run, repository=name, workflow=workflow, branch=branch),
        started_at=moment(run.get("run_started_at") or run.get("created_at"), "workflow_run.run_started_at"),
    )


def _workflow(body: Mapping[str, Any], run: Mapping[str, Any]) -> str:
    """The workflow's name: a run may have none of its own."""
    workflow = mapping(body.get("workflow") or {}, "workflow")
    own = words(run.get("name"), "workflow_run.name", LABEL_LENGTH, "")
    return own or words(workflow.get("name"), "workflow.name", LABEL_LENGTH, "") or "A workflow"


def _branch(run: Mapping[str, Any], repository: str) -> str:
    """The branch, with the fork's name before it: a fork may have a `main` too."""
    branch = words(run.get("head_branch"), "workflow_run.head_branch", LABEL_LENGTH, "") or "no branch"
    head = mapping(run.get("head_repository") or {}, "workflow_run.head_repository")
    fork = words(head.get("full_name"), "workflow_run.head_repository.full_name", LABEL_LENGTH, repository)
    return branch if fork == repository else f"{fork}:{branch}"


def _is_default(repository: Mapping[str, Any], branch: str) -> bool:
    return branch == words(repository.get("default_branch"), "repository.default_branch", LABEL_LENGTH, branch)


def _labels(run: Mapping[str, Any], **said: str) -> dict[str, str]:
    actor = mapping(run.get("actor") or {}, "workflow_run.actor")
    return labels(
        {**said, "event": run.get("event"), "conclusion": run.get("conclusion"), "actor": actor.get("login")},
        "workflow_run",
    )
