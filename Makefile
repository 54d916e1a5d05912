# What people type. `make` alone lists it; the work is done by dashboard/up (starting) and tests/ (checking).
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
# The first of these that is new enough makes .venv; PYTHON=/path/to/python3.12 names another.
PYTHON := python3 python3.13 python3.12 python3.11 python3.14 python
INSTALL = @for python in $(PY) $(PYTHON); do \
		"$$python" -ISc 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec "$$python" -m dashboard.up.packages $(1); \
	done; echo "Quayside needs Python 3.11 or newer; install one, or name it with PYTHON=/path/to/python3." >&2; exit 1
PYTEST := $(PY) -m pytest -q
FAST := not engine and not browser and not bench and not faults
PRODUCTION := DEBUG=0 ALLOWED_HOSTS=quayside.example ORIGINS=https://quayside.example HSTS_SUBDOMAINS=1
LOCK := $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: help run demo test check bench format messages assets requirements packages packages-dev parts \
	check-code check-format check-lint check-types check-layers check-templates check-migrations check-deploy check-assets check-tests \
	test-units test-engines test-browser

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: packages ## start Quayside at http://127.0.0.1:8000 (HOST, PORT and the rest from the environment or .env)
	@exec $(PY) manage.py up

demo: packages-dev parts ## the same with a TLS engine, an SSH engine, a registry and sample projects to look at
	@exec $(PY) -m tests.testbed.demo --console

test: packages-dev parts ## install what the tests need and run everything
	@status=0; for part in test-units test-engines test-browser; do \
		began=$$(date +%s); $(MAKE) --no-print-directory $$part || status=1; \
		echo "($$part took $$(($$(date +%s) - began)) s)"; done; exit $$status

check: packages-dev ## the fast gate: format, lint, types, layers, templates, migrations, deploy check, fast tests
	@$(MAKE) --no-print-directory -k -j2 check-code && $(MAKE) --no-print-directory check-tests

bench: packages-dev parts ## measure what docs/benchmarks.md promises (ONLY=name for one; AGAINST=commit to compare with it)
	@exec $(PY) -m tests.bench $(if $(AGAINST),--against $(AGAINST)) $(ONLY)

format: packages-dev ## put the code into its one form
	@$(PY) -m ruff check -q --fix --exit-zero . && $(PY) -m ruff format -q .

messages: packages-dev ## collect the strings to translate and compile the translations
	@$(PY) manage.py makemessages --all --no-obsolete --no-location --ignore=$(VENV) --ignore=node_modules --ignore=tests --ignore=var
	@$(PY) manage.py compilemessages --ignore=$(VENV)

assets: ## re-make static/vendor from package-lock.json (needs Node and the network)
	@npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build

requirements: packages-dev ## compile requirements.in and requirements-dev.in into the locked files
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt

check-code: check-types check-format check-lint check-layers check-templates check-migrations check-deploy check-assets

# --- steps of the above ----------------------------------------------------------------------------------------------

packages:
	$(call INSTALL,requirements.txt)

packages-dev:
	$(call INSTALL,requirements.txt requirements-dev.txt)

parts:
	@$(PY) -m tests.machine

test-units:
	$(PYTEST) -n 2 -m "$(FAST)" --ignore=tests/browser

test-engines:
	$(PYTEST) -n 2 --dist loadfile -m "(engine or faults) and not browser and not bench" --ignore=tests/browser

test-browser:
	DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PYTEST) -m "not bench" tests/browser

check-format:
	$(PY) -m ruff format --check -q .

check-lint:
	$(PY) -m ruff check -q .

check-types:
	$(PY) -m mypy

check-layers:
	$(VENV)/bin/lint-imports

check-templates:
	$(VENV)/bin/djlint templates --lint

check-migrations:
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run

check-deploy:
	DJANGO_SETTINGS_MODULE=tests.settings $(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

check-assets:
	@test ! -d node_modules || node static/build.mjs --check

check-tests:
	$(PYTEST) -n 2 -m "$(FAST)" --ignore=tests/browser
