# `make run` and `make test` are all a newcomer needs; they use nothing but Python 3.11.
#
#   make run [PORT=8000] [HOST=127.0.0.1]   start everything here: web, worker, beat, SQLite
#   make test [ARGS="-k gate"]              every test, browser journeys where chromium is found
#   make check                              linters, types, arrows, deployment checks
#   make ci                                 check, then the tests on SQLite and on PostgreSQL + Redis
#   make lock [ARGS=--upgrade]              lock files
#   make messages | shots | bench           catalogue, screenshots, measurements

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := run
.PHONY: run test check ci test-databases test-sqlite test-servers lock messages shots bench

HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
ARGS ?=
# Where bytecode is not kept, each of the many processes that tests start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE
# The system's own before one that was compiled by hand, which is up to a fifth slower; Debian's needs python3.11-venv.
PYTHON = $(shell for each in /usr/bin/python3.11 python3.11 python3; do \
  "$$each" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo "$$each" && exit; done; echo python3)
BIN := $(abspath $(VENV))/bin
PIP_INSTALL = $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes
# Three on two cores, for many wait for a browser. Some take a thousand times what others take: who has nothing left takes from another.
PYTEST = $(BIN)/python -m pytest -n 3 --dist worksteal

# The servers of `make ci`; Redis databases of their own, so that nothing else there is touched.
CI_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/portal
CI_CELERY_BROKER_URL ?= redis://127.0.0.1:6379/9
CI_CACHE_URL ?= redis://127.0.0.1:6379/10

# --- Environment: made anew only when the lock file changed ---------------------------------------------------

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "The portal needs Python 3.11; this is $$($(PYTHON) --version). Install it, or: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Making the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock | $(VENV)/bin/python
	@echo "Installing what the portal needs (a minute or two, once) ..."
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock | $(VENV)/bin/python
	@echo "Installing what tests and linters need (a minute or two, once) ..."
	@$(PIP_INSTALL) -r requirements-dev.lock
	@touch $@ $(VENV)/run.stamp

# --- Run ------------------------------------------------------------------------------------------------------

# Plain http on this machine; the addresses by which a phone in the same room reaches it are welcome too.
empty :=
space := $(empty) $(empty)
comma := ,
NAMES = localhost 127.0.0.1 [::1] $(filter-out 0.0.0.0,$(HOST)) $(shell hostname 2>/dev/null) $(shell hostname -I 2>/dev/null)
run: export DEBUG := 0
run: export HTTPS := 0
run: export LOG_LEVEL ?= WARNING
run: export ALLOWED_HOSTS ?= $(subst $(space),$(comma),$(strip $(NAMES)))
run: export PATH := $(BIN):$(PATH)
run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: export PYTHONUNBUFFERED := 1
# Celery warns root of pickled tasks; ours are JSON.
run: export PYTHONWARNINGS := ignore:You're running the worker
run: $(VENV)/run.stamp
	@python manage.py prepare --demo --host $(HOST) --port $(PORT)
	@python manage.py welcome --host $(HOST) --port $(PORT) & exec honcho --no-colour --no-prefix start --port $(PORT)

# --- Test -----------------------------------------------------------------------------------------------------

test: $(VENV)/dev.stamp
	@$(PYTEST) $(ARGS)

check: export VAR_DIR := $(abspath var/check)
check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=0 HTTPS=1 ALLOWED_HOSTS=portal.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

# In CI a missing browser, server or gettext is a failure, not a skip. Types are judged on one core, while the other migrates.
ci: export CI := 1
ci: $(VENV)/dev.stamp
	@$(MAKE) --jobs=2 --output-sync=target check test-databases
	@$(MAKE) test-sqlite
	@$(MAKE) test-servers

test-databases: export DJANGO_SETTINGS_MODULE := tests.settings
test-databases: $(VENV)/dev.stamp
	@echo "== Migrated databases, copied by the tests"
	@env -u DATABASE_URL -u CELERY_BROKER_URL -u CACHE_URL $(BIN)/python -m tests.databases
	@DATABASE_URL=$(CI_DATABASE_URL) $(BIN)/python -m tests.databases

test-sqlite: $(VENV)/dev.stamp
	@echo "== SQLite and the embedded broker"
	@env -u DATABASE_URL -u CELERY_BROKER_URL -u CACHE_URL $(PYTEST) $(ARGS)

test-servers: $(VENV)/dev.stamp
	@echo "== PostgreSQL and Redis"
	@DATABASE_URL=$(CI_DATABASE_URL) CELERY_BROKER_URL=$(CI_CELERY_BROKER_URL) CACHE_URL=$(CI_CACHE_URL) $(PYTEST) $(ARGS)

# --- Now and then ---------------------------------------------------------------------------------------------

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras $(ARGS) pyproject.toml
lock: $(VENV)/dev.stamp
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra dev --output-file requirements-dev.lock

messages: $(VENV)/dev.stamp
	@$(BIN)/python manage.py messages

shots: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.shots $(ARGS)

bench: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.bench $(ARGS)
