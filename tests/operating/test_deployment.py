"""Procfile, container files and systemd units tell of the same processes, and of settings that exist; nothing in them
is secret or more powerful than it has to be. No image is built here."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import app
from models.config import Settings

ROOT = Path(__file__).parent.parent.parent
UNITS = ROOT / "docs" / "operating" / "systemd"
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
PROCESSES = {name: command.split()[-1] for name, command in PROCFILE.items()}
LASTING = set(PROCESSES) - {"release"}
SETTINGS = {name.upper() for name in Settings.model_fields}
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "heed"}
THEIRS = {name: service for name, service in COMPOSE["services"].items() if name not in OURS}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
HARDENED = {
    "NoNewPrivileges": "yes", "PrivateDevices": "yes", "PrivateTmp": "yes", "ProtectHome": "yes",
    "ProtectKernelTunables": "yes", "ProtectSystem": "strict", "RestrictNamespaces": "yes", "CapabilityBoundingSet": "",
    "SystemCallFilter": "@system-service", "UMask": "0077",
}  # fmt: skip


def test_without_its_libraries_heed_says_in_one_line_what_to_do() -> None:
    done = subprocess.run([sys.executable, "-ES", ROOT / "app.py", "run"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("click is not installed for this Python: `make run`")
    assert done.stderr.count("\n") == 1


def unit(name: str) -> dict[str, str]:
    found = configparser.ConfigParser(interpolation=None, strict=True)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(UNITS / f"heed-{name}.service")
    return {key: value for section in found.sections() for key, value in found[section].items()}


def lines(instruction: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in DOCKERFILE if line.startswith(f"{instruction} ")]


def test_every_process_of_the_procfile_is_a_command() -> None:
    assert set(PROCESSES.values()) <= set(app.COMMANDS)
    assert {"web", "worker", "clock", "socket"} == LASTING


def test_compose_runs_the_processes_of_the_procfile() -> None:
    commands = {name: service["command"] for name, service in OURS.items()}
    assert commands == {"migrate": ["migrate"], **{name: [PROCESSES[name]] for name in LASTING}}


@pytest.mark.parametrize("name", OURS)
def test_a_container_of_ours_has_settings_that_exist_and_few_rights(name: str) -> None:
    service = OURS[name]
    assert set(service["environment"]) <= SETTINGS
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["restart"] == ("no" if name == "migrate" else "always")
    waits = service["depends_on"]
    assert (
        "postgres" in waits if name == "migrate" else waits["migrate"]["condition"] == "service_completed_successfully"
    )


def test_servers_want_passwords_and_nobody_outside_reaches_them() -> None:
    assert "ports" not in THEIRS["postgres"]
    assert "ports" not in THEIRS["redis"]
    assert "${POSTGRES_PASSWORD:?" in THEIRS["postgres"]["environment"]["POSTGRES_PASSWORD"]
    command = THEIRS["redis"]["command"]
    assert "${REDIS_PASSWORD:?" in command[command.index("--requirepass") + 1]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert OURS["web"]["ports"] == ["127.0.0.1:3000:3000"]
    assert THEIRS["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]


def test_the_example_settings_exist_and_hold_no_secret() -> None:
    given = dict(line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line[:1] not in "#")
    assert set(given) - {"POSTGRES_PASSWORD", "REDIS_PASSWORD"} <= SETTINGS
    assert {name for name, value in given.items() if value} == {"HEED_BASE_URL", "HEED_PROXIES"}


def test_the_image_is_built_in_two_stages_and_runs_as_nobody_special() -> None:
    assert len(lines("FROM")) == 2
    assert lines("USER") == ["heed"]
    assert lines("HEALTHCHECK")
    assert lines("ENTRYPOINT") == ['["python", "app.py"]']
    assert any("--require-hashes" in line for line in lines("RUN"))


def test_the_image_has_the_code_and_no_setting_that_is_secret() -> None:
    copied = [word for line in lines("COPY") if not line.startswith("--from") for word in line.split()[:-1]]
    assert {"app.py", "bot", "jobs", "models"} <= set(copied)
    assert [each for each in copied if not (ROOT / each).exists()] == []
    secret = {name.upper() for name, kind in Settings.model_fields.items() if "Secret" in str(kind.annotation)}
    given = set(re.findall(r"\b([A-Z_]+)=", " ".join(lines("ENV"))))
    assert not given & secret
    assert not lines("ARG")
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {f"!{each}" for each in copied} == {line for line in ignored if line.startswith("!")}


def test_what_the_image_copies_is_enough_for_every_command(tmp_path: Path) -> None:
    copied = [word for line in lines("COPY") if not line.startswith("--from") for word in line.split()[:-1]]
    for each in copied:
        place = tmp_path / each
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / each).is_dir():
            shutil.copytree(ROOT / each, place, ignore=shutil.ignore_patterns("__pycache__"))
        elif not each.startswith("requirements"):
            shutil.copy(ROOT / each, place)
    done = subprocess.run(
        [sys.executable, "app.py", "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in app.COMMANDS if name not in done.stdout] == []


def test_platforms_that_look_for_requirements_get_the_locked_ones() -> None:
    assert (ROOT / "requirements.txt").read_text().splitlines()[-1] == "-r requirements.lock"


@pytest.mark.parametrize("name", sorted({*LASTING, "migrate"}))
def test_a_unit_runs_its_process_with_few_rights(name: str) -> None:
    found = unit(name)
    assert found["ExecStart"] == f"/opt/heed/.venv/bin/python app.py {name}"
    assert found["User"] == "heed"
    assert found["EnvironmentFile"] == "/etc/heed/heed.env"
    assert "Environment" not in found
    assert {key: found[key] for key in HARDENED} == HARDENED
    if name == "migrate":
        assert found["Type"] == "oneshot"
    else:
        assert (found["Restart"], found["StartLimitIntervalSec"]) == ("always", "0")


def test_the_units_are_those_of_the_procfile() -> None:
    assert {path.stem.removeprefix("heed-") for path in UNITS.glob("*.service")} == {*LASTING, "migrate"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for path in UNITS.iterdir():
        words = path.read_text().replace("/opt/heed/.venv/bin/python", "/bin/true").replace("/opt/heed", "/tmp")
        (tmp_path / path.name).write_text(re.sub("^(User|Group)=heed$", r"\1=root", words, flags=re.MULTILINE))
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Unknown" not in done.stderr
