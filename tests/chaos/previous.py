"""The code of the previous release: the commit before the newest migration came, unpacked from the history."""

import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VERSIONS = "models/migrations/versions"


def unpack(folder: Path) -> str:
    """Put it into `folder`; returns its commit, empty where the history does not reach back so far."""
    commit = _commit()
    if not commit:
        return ""
    archive = folder / "previous.tar"
    folder.mkdir(parents=True)
    done = subprocess.run(
        ["git", "archive", "--format=tar", f"--output={archive}", commit], cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode != 0:
        return ""
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    archive.unlink()
    return commit


def _commit() -> str:
    """The parent of the commit that added the newest migration; HEAD while that is not committed."""
    newest = max(path.name for path in (ROOT / VERSIONS).glob("[0-9]*.py"))
    added = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", f"{VERSIONS}/{newest}")
    return _git("rev-parse", "--verify", "--quiet", f"{added}^" if added else "HEAD")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def command(folder: Path, *arguments: str) -> list[str]:
    """How one of its processes is started."""
    return [sys.executable, str(folder / "app.py"), *arguments]
