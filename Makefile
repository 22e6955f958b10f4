# l3node: `make demo` shows the whole way, `make test` proves it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
GROUP  ?= receive end_to_end work hosts pipeline l3 ensemble doubts bundled forward cohort worklist
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test lint unit bench long viewer clean

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY)  ## install if needed, then run the whole way on a drawn CT
	@$(BIN)/l3node demo

test: $(READY) lint  ## lint and all tests; what a machine lacks is skipped with a message
	@$(BIN)/python -m pytest -n auto --maxprocesses=4 --dist loadfile --no-loadscope-reorder

lint: $(READY)  ## ruff, import contracts, mypy --strict
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

unit: $(READY)  ## the fast tests only
	@$(BIN)/python -m pytest tests/unit tests/db tests/house

bench: $(READY)  ## benchmarks, or one: make bench GROUP=receive; writes CSV
	@set -e; for group in $(GROUP); do $(BIN)/python -m tests.benchmarks.$$group; done

long: $(READY)  ## the same tests, twenty-five times as many rounds
	@L3NODE_TEST_SCALE=25 $(BIN)/python -m pytest --timeout=7200

viewer:  ## OHIF and the driver of the browser from npm, for tests/pacs/test_viewer.py (with Debian's chromium)
	@npm ci --prefix tests/viewer --ignore-scripts --no-audit --no-fund

clean:  ## remove the environment and what the demo made
	rm -rf $(VENV) out tests/viewer/node_modules

# torch first and with its own dependencies; the lock names neither torch nor what torch brings.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Python 3.11 to 3.13 is needed; say which: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -c 'import torch, nnunetv2, highdicom, openvino; print("installed: torch", torch.__version__)'
	@touch $(READY)
