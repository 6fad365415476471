# make run   the whole product on http://127.0.0.1:8000    make test   every test
# make check lint, types, translations                     make messages   gather what is to be translated
PYTHON ?= python3
DEMO ?= 1
VENV := .venv
RUN := $(VENV)/bin/python
NEED := sh tools/need.sh
export DEMO
export PIP_DISABLE_PIP_VERSION_CHECK = 1
.PHONY: run test check format messages browser

run: $(VENV)/run.stamp
	@exec $(RUN) manage.py serve

test: $(VENV)/dev.stamp browser
	$(RUN) -m tests.servers $(VENV)/bin/pytest -n 2
	$(VENV)/bin/pytest -n 2

check: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(VENV)/bin/lint-imports
	DEBUG=1 $(RUN) manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(RUN) -c 'import secrets; print(secrets.token_urlsafe(50))') DEMO=0 $(RUN) manage.py check --deploy --fail-level WARNING
	$(VENV)/bin/pytest -q tests/test_shape.py tests/test_translations.py

format: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format
	$(VENV)/bin/djade --target-version 5.2 $$(find templates -name '*.html')

messages: $(VENV)/run.stamp
	DEBUG=1 $(RUN) manage.py makemessages

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(NEED) python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(VENV)/bin/pip
	$(VENV)/bin/pip install --quiet --requirement requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements.txt requirements-dev.txt | $(VENV)/bin/pip
	$(VENV)/bin/pip install --quiet --requirement requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || $(NEED) chromium
	@command -v fc-list >/dev/null || $(NEED) fontconfig
	@fc-list :lang=zh | grep -q . || $(NEED) fonts-wqy-microhei
