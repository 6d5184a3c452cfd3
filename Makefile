PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# named by what was installed: an unpacked archive brings files with earlier times
PINS := requirements/dev.txt requirements/lock.txt pyproject.toml
STAMP := $(VENV)/.installed-$(firstword $(shell cat $(PINS) | cksum))
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: setup demo test fuzz faults accuracy check bench requirements clean

setup: $(STAMP)

$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another with: make setup PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed*
	@touch $@

demo: setup
	@$(BIN)/bem demo $(ARGS)

test: setup
	@$(BIN)/python -m tests.run $(ARGS)

fuzz: setup
	@$(BIN)/python -m tests.fuzz $(ARGS)

faults: setup
	@$(BIN)/python -m tests.faults $(ARGS)

accuracy: setup
	@$(BIN)/python -m tests.golden

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oxlint assets

bench: setup
	@$(BIN)/python -m bench $(ARGS)

# Pins everything that requirements/*.in name to its newest version.
requirements: setup
	for name in run dev lock build; do $(COMPILE) --upgrade requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:
	rm -rf $(VENV) var test-artifacts
