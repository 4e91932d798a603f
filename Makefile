# Honnin: the few commands there are. `make` alone lists them.
# Everything is installed into .venv from the hash-locked lists in requirements/; stamp files there remember what is installed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Twice quiet: only errors. pip tells about every configured place that does not exist, which helps nobody here.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
LOCK := .cache/uv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 --extra build

.PHONY: help run test check soak bench bench-peers eval fit lock clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' Makefile | expand -t 20

run: .venv/.installed-run ## install what is needed and serve the demo on http://127.0.0.1:8700
	@timeout 120 scripts/system-packages paper || true # without it all works but reports on paper, which say what they need
	@exec $(BIN)/honnin serve --demo --host 127.0.0.1 --port 8700

test: check ## check, then run every test on SQLite, on a real PostgreSQL and in a real browser
	@scripts/system-packages
	@scripts/run-tests

check: .venv/.installed-test ## style, types and layers
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: .venv/.installed-test ## measure the speed, what evasion costs, and others beside us on a sample of the labelled messages
	@scripts/system-packages mail-filters || true # the comparison says what it leaves out
	@for bench in bench/*_bench.py "bench/evasion.py --every 3" "bench/peers.py --every 5"; do echo "== $$bench"; $(BIN)/python $$bench; done

soak: .venv/.installed-test ## kill the product at random points, 200 times in all, on both databases: nothing may be lost
	@scripts/system-packages
	@HONNIN_SOAK_KILLS=$${HONNIN_SOAK_KILLS:-200} scripts/with-postgres $(BIN)/pytest -q tests/soak

bench-peers: .venv/.installed-test ## compare with a word list, SpamAssassin and rspamd on the same labelled messages
	@scripts/system-packages mail-filters
	@$(BIN)/python bench/peers.py

eval: .venv/.installed-test ## measure the quality on labelled messages
	@$(BIN)/honnin eval

fit: .venv/.installed-test ## fit the weights again
	@$(BIN)/honnin fit

lock: .cache/uv/bin/uv ## write the hashes of all we use; with UPGRADE=--upgrade choose the newest versions
	@$(LOCK) $(UPGRADE) pyproject.toml -o requirements/run.txt
	@$(LOCK) $(UPGRADE) --extra fit --extra test pyproject.toml -o requirements/test.txt

clean: ## remove all that these commands made, but never var/, where your data is
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python could not make .venv. On Debian: apt-get install python3-venv" >&2; exit 1; }

# The two lists differ only in what tests need; the first one is part of the second.
.venv/.installed-%: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo "Installing requirements/$*.txt into .venv; the first time takes a few minutes."
	@$(PIP) install --require-hashes -r requirements/$*.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.cache/uv/bin/uv:
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/python -m pip --disable-pip-version-check -qq install uv
