# Everything a developer does; each target installs what it needs.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: run test llmock sdks lint types lock bench stateful fuzz mutants chaos chaos-short clean

run: $(VENV)/.installed
	@$(BIN)/python app.py run

test: $(VENV)/.installed-dev
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

# The LLM client against an independent server, in an environment of its own: its pytest plugin sets OPENAI_*.
LLMOCK := var/llmock
llmock: $(LLMOCK)/.installed
	$(LLMOCK)/bin/python -m pytest -c tests/sentiment_llmock/pytest.ini --rootdir . --noconftest \
		tests/sentiment_llmock/check_client.py $(ARGS)

# PagerDuty's and Opsgenie's own clients, in an environment of their own, against Heed in its.
SDKS := var/sdks
sdks: $(VENV)/.installed-dev $(SDKS)/.installed
	HEED_PYTHON=$(abspath $(BIN)/python) $(SDKS)/bin/python -m pytest -c tests/compatible_sdks/pytest.ini --rootdir . \
		--noconftest tests/compatible_sdks/check_clients.py $(ARGS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m bench $(ARGS)

stateful: $(VENV)/.installed-dev
	HEED_LONG=1 $(BIN)/python -m pytest -q -s -p no:xdist tests/models/actions/test_escalation_machine.py

# 220,000 inputs at random to every route, every payload of Slack and the command line; prints how many of each.
fuzz: $(VENV)/.installed-dev
	HEED_LONG=1 $(BIN)/python -m pytest -q -s -p no:xdist tests/security/test_fuzz_http.py \
	  tests/security/test_fuzz_slack.py tests/security/test_fuzz_cli.py

mutants: $(VENV)/.installed-dev
	$(BIN)/python -m tests.mutants $(ARGS)

# Faults of every kind against real processes and servers: 30 minutes, and the 3 minutes of CI.
chaos: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.chaos --seconds 1800 $(ARGS)

chaos-short: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.chaos --seconds 180 $(ARGS)

lock: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet uv
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
		--generate-hashes --quiet --output-file requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --extra dev --universal \
		--python-version 3.11 --generate-hashes --quiet --output-file requirements-dev.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile tests/sentiment_llmock/requirements.in \
		--constraint requirements-dev.lock --universal --python-version 3.11 --generate-hashes --quiet \
		--output-file tests/sentiment_llmock/requirements.lock
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile tests/compatible_sdks/requirements.in \
		--universal --python-version 3.11 --generate-hashes --quiet \
		--output-file tests/compatible_sdks/requirements.lock

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.lock
	@echo "Installing what Heed needs into $(VENV); the first time this takes a minute or two."
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@

$(LLMOCK)/.installed: tests/sentiment_llmock/requirements.lock
	$(PYTHON) -m venv $(LLMOCK)
	$(LLMOCK)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@

$(SDKS)/.installed: tests/compatible_sdks/requirements.lock
	$(PYTHON) -m venv $(SDKS)
	$(SDKS)/bin/python -m pip install --quiet --require-hashes --requirement $<
	@touch $@
