"""Making a workspace what a file says: read, ask Slack, then look once more and write it all in one transaction."""

from dataclasses import dataclass

from bot.ascode.changes import Change, changes, counts
from bot.ascode.fields import Item
from bot.ascode.lookups import look_up, unknown
from bot.ascode.names import Found, Names
from bot.ascode.reading import read
from bot.ascode.storing import Store
from bot.ascode.tree import Tree
from bot.slack import Slack
from models.actions.configuring import configured, lock, note_applied
from models.db import Database
from models.seal import Seal


@dataclass(frozen=True)
class Where:
    """Where a file is applied: a workspace's row id and sealed token, with what it takes to get at both."""

    db: Database
    slack: Slack
    seal: Seal
    workspace_id: int
    token: bytes


@dataclass(frozen=True)
class Applied:
    """What has changed, or would change, and the sources that are new, each with its secret."""

    changes: tuple[Change, ...]
    sources: tuple[tuple[Item, str], ...] = ()


def apply(where: Where, tree: Tree, file: str, dry_run: bool, keeps: bool = False) -> Applied:
    """Apply a file called `file`, or with `dry_run` only look; raises WrongFile, NotAsked, and SQLAlchemy's errors.

    `keeps` is that of `read`. Nothing is written when something is wrong or nothing differs.
    """
    found = _ask(where, tree)
    with where.db.begin() as session:
        if not dry_run:
            lock(session, where.workspace_id)
        wanted = read(tree, configured(session, where.workspace_id), found, keeps)
        different = tuple(changes(wanted))
        if dry_run or not different:
            return Applied(different)
        store = Store(session, where.seal, where.workspace_id, wanted, file)
        new = store.everything(different)
        note_applied(session, where.workspace_id, file, counts(different))
    return Applied(different, tuple(new))


def _ask(where: Where, tree: Tree) -> Found:
    """What only Slack knows of what the file names; Slack is not asked where nothing is unknown."""
    with where.db.begin() as session:
        names = Names(configured(session, where.workspace_id))
    words = unknown(tree.value, names)
    return look_up(where.slack, where.seal.open(where.token), words) if any(words.values()) else Found()
