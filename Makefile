# make run       the whole product on http://127.0.0.1:8000 (PORT, DATABASE_URL, REDIS_URL, DATA_DIR, DEMO)
# make test      every test, on servers of its own and in a browser
# make check     lint, types, templates, layers, migrations, production settings, translations
# make bench     what pages cost, against a plain application measured in the same run (BENCH=--help)
# make chaos     hurts a whole running installation for five minutes, and counts what it told (CHAOS=--help)
# make format    brings code and templates into shape
# make messages  gathers what is to be translated
PYTHON ?= python3
DEMO ?= 1
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
NEED := sh tools/need.sh
TEMPLATES = $$(find templates -name '*.html')
export DEMO
export PIP_DISABLE_PIP_VERSION_CHECK = 1
.PHONY: run test check bench chaos format messages browser

run: $(VENV)/run.stamp
	@exec $(RUN) manage.py serve

test: $(VENV)/dev.stamp browser
	$(RUN) -m tests.servers $(BIN)/pytest -n 2 --reuse-db  # no need to drop it: the whole server goes
	$(BIN)/pytest -n 2

check: export DATA_DIR = data/check
check: export SECRET_KEY = $(shell head -c 50 /dev/urandom | base64 | tr -d '\n')
check: export DEBUG = 0
check: export DEMO = 0
check: $(VENV)/dev.stamp
	@mkdir -p $(DATA_DIR)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(BIN)/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	$(RUN) manage.py check --deploy --fail-level WARNING --database default
	$(BIN)/pytest -q tests/test_shape.py tests/test_translations.py

bench: $(VENV)/dev.stamp
	@$(RUN) -m bench.run $(BENCH)

chaos: $(VENV)/dev.stamp
	@$(RUN) -m bench.chaos $(CHAOS)

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

messages: export DEBUG = 1
messages: $(VENV)/run.stamp
	$(RUN) manage.py makemessages

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, as in: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(NEED) python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

browser: $(VENV)/dev.stamp
	@$(BIN)/playwright --version >/dev/null 2>&1 || $(NEED) libatomic1
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || $(NEED) chromium
	@command -v fc-list >/dev/null || $(NEED) fontconfig
	@fc-list :lang=zh | grep -q . || $(NEED) fonts-wqy-microhei
