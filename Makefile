# Every target does its own set-up in .venv; nothing else on the machine is needed but Python 3.11
# (and, on Debian, python3-venv).

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
PEERS := .venv/.peers-ready
TESTS ?= tests

# Where this is set, every process that we start would compile all it loads.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help setup demo test torture check bench format tools clean

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 10

setup: $(STAMP) ## prepare .venv, so that .venv/bin/tillgate runs

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Tillgate needs Python 3.11 or later: make PYTHON=python3.11 ...'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
		|| { echo 'Python lacks venv. On Debian: apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip setuptools
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation --editable . --group dev
	@touch $(STAMP)

# What we are measured against; nothing else needs it.
$(PEERS): $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	@touch $(PEERS)

demo: setup ## a running system with a simulated restaurant group; Ctrl-C stops it
	@exec $(BIN)/tillgate demo

test: setup tools ## the whole test suite (TESTS=path for a part of it)
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

torture: setup tools ## kill closings 200 times, and signing and approval at every statement
	TILLGATE_TORTURE=200 $(BIN)/python -m pytest -rP tests/ledger/test_closing.py -k killed
	TILLGATE_TORTURE=200 $(BIN)/python -m pytest -rP tests/programme/test_kills.py

check: setup ## format, lint, types, import rules, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.migrations_in_step

bench: setup tools $(PEERS) ## measure; writes bench/results.json
	$(BIN)/python -m bench

format: setup ## put the code in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Installed only where we may (root with apt); a test that lacks its tool says so and is skipped.
tools:
	@sh tests/install_tools.sh

clean: ## forget what was set up here
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
