# `make` alone says what there is. Needs Python 3.11 or newer, and nothing else.

VENV ?= .venv
PY := $(VENV)/bin/python
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help run demo test lint bench openapi lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUNTIME) ## Start Seawall for one person on http://127.0.0.1:8765 and print a sign-in link
	@$(PY) -m app.cli up $(ARGS)

demo: $(RUNTIME) ## The same on made-up exchanges: six accounts, a crash, a draining fund; no key, no network
	@$(PY) -m app.cli demo $(ARGS)

test: $(DEV) ## Every check and test: Python, node, browser (ARGS go to pytest)
	@$(PY) scripts/check.py $(ARGS)

lint: $(DEV) ## The checks alone: ruff, mypy, import contracts, node's linters
	@$(PY) scripts/check.py --no-tests

bench: $(DEV) ## The budgets, as one JSON line per figure
	@for file in bench/[!_]*.py; do $(PY) "$$file" || exit 1; done

openapi: $(RUNTIME) ## Write openapi/seawall.json, and the extension's types of it, anew
	@$(PY) -m app.cli export-openapi openapi/seawall.json
	@if [ -d node_modules ]; then npm run --silent types; else echo "Types not written: run npm ci first."; fi

lock: $(DEV) ## Write the lock files anew from pyproject.toml (ARGS=--upgrade takes newer releases)
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PY) scripts/lock.py $(ARGS)

clean: ## Take away what can be made again; your data stays
	rm -rf $(VENV) node_modules extension/node_modules build dist test-output
	rm -rf .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(RUNTIME): requirements.txt requirements-build.txt pyproject.toml
	@scripts/install.sh $(VENV) requirements.txt requirements-build.txt
	@touch $@

$(DEV): requirements-dev.txt requirements-build.txt pyproject.toml
	@scripts/install.sh $(VENV) requirements-dev.txt requirements-build.txt
	@touch $(RUNTIME) $@

# An environment whose Python is gone (it was upgraded, the folder moved) is made anew.
ifneq ($(shell $(PY) -c 'print("ok")' 2>/dev/null),ok)
.PHONY: $(RUNTIME) $(DEV)
endif
