# Everything here sets up what it needs by itself: `make demo`, `make test`, `make check`, `make bench`.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: help setup demo test check bench format lock clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY) ## virtual environment with locked, hashed dependencies

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ecluse needs Python 3.11 or newer: set PYTHON=python3.x" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 cannot make virtual environments: install its venv module (Debian: python3-venv)" >&2; exit 2; }
	@echo "installing dependencies into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "compiling the replay (once) ..."
	@$(BIN)/python -c 'from ecluse.wiring import warm; warm()'
	@touch $(READY)

demo: $(READY) ## a theft in front of a real application, stopped; leaves a report in demo/
	@$(BIN)/ecluse demo --out demo --force

test: $(READY) ## all tests
	$(BIN)/python -m pytest -q -n 2

check: $(READY) ## format, lint, types, imports
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) ## the table of docs/benchmarks.md
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/bound.py
	$(BIN)/python benchmarks/gate.py

format: $(READY) ## write the format that `make check` wants
	$(BIN)/ruff format src tests benchmarks examples
	$(BIN)/ruff check --fix src tests benchmarks examples

lock: $(READY) ## pin the dependencies of requirements/*.in with hashes
	$(BIN)/python -m pip install --quiet pip-tools
	cd requirements && for f in core dev; do ../$(BIN)/pip-compile -q --upgrade --allow-unsafe --generate-hashes --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options -o $$f.txt $$f.in; done

clean: ## everything that can be made again
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
