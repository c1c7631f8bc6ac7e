# Sonarpoort: `make` shows this list. Everything that runs depends on `install`, so nothing has to be done before it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTHON ?=
ARGS ?=

.PHONY: help install browser demo test lint format bench chaos soak lock clean

help: ## this list
	@echo "Sonarpoort, a gateway in front of a legacy application"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  ARGS=... is passed on, as in: make demo ARGS='--port-base 9080 --clients 500'"

install: $(STAMP) ## make .venv with Python 3.13 or 3.12 and the locked, hashed requirements

# The lock decides: another lock, another interpreter or another list of packages makes the environment again.
$(STAMP): requirements/dev.txt pyproject.toml .ci/find-python
	@set -e; python="$(PYTHON)"; [ -n "$$python" ] || python=$$(.ci/find-python); \
	echo "environment in $(VENV) with $$python"; \
	[ -x $(BIN)/python ] && $(BIN)/python -c '' 2>/dev/null || { rm -rf $(VENV); "$$python" -m venv $(VENV); }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	touch $(STAMP)

demo: install ## run the whole system, seeded, until Ctrl-C
	@exec $(BIN)/poort demo $(ARGS)

browser: ## install Chromium for the tests in a browser (as root, on Debian; elsewhere they are skipped)
	@.ci/browser

test: install browser ## all tests; under fifteen minutes on two cores
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: install ## formatting, rules, types, arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## put the sources in their form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

bench: install ## cost of pass-through and of a governed read, beside bare mitmdump and nginx
	@$(BIN)/python -m bench $(ARGS)

chaos: install ## kill processes at a hundred random moments under load; nothing released may be unrecorded
	@POORT_TEST_CHAOS=100 $(BIN)/python -m pytest -m chaos --timeout 3600 $(ARGS)

soak: install ## an hour of traffic with flips and restarts; memory and records are watched
	@POORT_TEST_SOAK=3600 $(BIN)/python -m pytest -m soak --timeout 7200 $(ARGS)

lock: install ## compile requirements/*.in into the locks, with hashes and without any address
	@command -v uv >/dev/null 2>&1 || { echo "uv is needed: python -m pip install uv"; exit 1; }
	@for name in runtime dev; do \
	    uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-emit-find-links \
	        --no-header --quiet requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean: ## remove the environment and caches; the data of a demo stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
