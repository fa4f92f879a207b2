# `make` alone lists what there is. Everything is installed in .venv; nothing outside this folder is touched,
# but for Chromium, which `make test` installs where it runs as root on Debian or Ubuntu and finds none.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq
# setuptools comes from the lock as well, so nothing is built with a version that nobody chose.
INSTALL := $(PIP) install --constraint requirements.lock

.DEFAULT_GOAL := help
.PHONY: help run test check proof golden cover bench lock clean browser

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "make run MARKET=uk PORT=8080   another market, another port"
	@echo "make test ARGS='-k vials'      some tests only (run, proof, cover and bench take ARGS too)"
	@echo "make PYTHON=python3.12 ...     another Python for .venv (after make clean)"

run: $(VENV)/.run ## start the desk for a try: invented site, people and patients
	@$(VENV)/bin/compounding serve $(if $(MARKET),--market $(MARKET)) $(if $(PORT),--port $(PORT)) $(ARGS)

test: $(VENV)/.dev browser check ## check, then all tests but the proofs
	@$(PY) -m pytest --numprocesses $(WORKERS) $(ARGS)

check: $(VENV)/.dev ## lint, layout and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

proof: $(VENV)/.dev ## the exhaustive tests, which take minutes
	@$(PY) -m pytest --numprocesses $(WORKERS) -m proof $(ARGS)

golden: $(VENV)/.dev ## make the stored papers of tests/golden anew, and their pictures in docs/
	@PYTHONPATH=tests $(PY) -m tests.golden_papers

cover: $(VENV)/.dev browser ## all tests but the proofs, with the lines and branches they miss
	@$(PY) -m pytest --numprocesses $(WORKERS) --cov --cov-report term-missing:skip-covered $(ARGS)

bench: $(VENV)/.bench ## measure speed against floors and peers
	@$(PY) -m bench $(ARGS)

lock: $(VENV)/.made ## write requirements.lock again; UPGRADE=1 takes the newest that pyproject.toml allows
	@$(PIP) install uv
	@$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --extra postgres --extra dev --extra bench \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    $(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml

clean: ## remove .venv and what the tools left; a site's data in instance/ stays
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* htmlcov
	@find compounding labels templates tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The stamps .made, .run and .dev are touched only after a step has wholly succeeded, so an interrupted
# set-up is taken up again by the next make. A .venv that is half made or of an old Python is made anew.

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { \
	    echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	    echo "Name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	    echo "$(PYTHON) came without its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Making .venv ..."; $(PYTHON) -m venv --clear $(VENV); }
	@$(PIP) install --upgrade pip
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml requirements.lock
	@echo "Installing the desk in .venv ..."
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml requirements.lock
	@echo "Installing the desk and its test tools in .venv ..."
	@$(INSTALL) setuptools
	@$(INSTALL) --no-build-isolation --editable '.[dev,postgres]'
	@touch $(VENV)/.run $@

# A peer that cannot be had here is named as missing by the bench itself.
$(VENV)/.bench: $(VENV)/.dev
	@echo "Installing the peers that the desk is measured beside ..."
	@$(INSTALL) --no-build-isolation --editable '.[dev,postgres,bench]' && touch $@ \
	    || echo "Not every peer could be installed: the bench goes on without." >&2

# The tests look for the same names (tests/conftest.py). Where no browser can be had the tests that need one
# are skipped, and say so at the end; with REQUIRE_BROWSER=1 that is an error.
browser:
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
	    if [ -n "$$name" ] && command -v "$$name" >/dev/null; then exit 0; fi; \
	done; \
	if [ -z "$$CHROMIUM" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests ..."; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    if apt-get -qq update && apt-get -qq --yes install --no-install-recommends chromium fonts-dejavu-core >/dev/null \
	        && command -v chromium >/dev/null; then exit 0; fi; \
	    echo "Chromium could not be installed." >&2; \
	fi; \
	if [ "$$REQUIRE_BROWSER" = 1 ]; then \
	    echo "The browser tests are required here, and there is no browser: install Chromium," >&2; \
	    echo "or name one in the variable CHROMIUM." >&2; \
	    exit 1; \
	fi
