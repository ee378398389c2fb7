# Set-up, run, test: everything happens in this folder; nothing needs root.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test demo check setup clean

setup: .venv/ready models/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

models/ready: | .venv/ready
	$(BIN)/python -m config.ocr_models --to models && touch $@

run: setup
	$(BIN)/guidang serve

test: setup
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

demo: setup
	$(BIN)/python -m bench.demo

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:
	$(BIN)/uv pip compile pyproject.toml --extra embedded --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --override deploy/overrides.txt -o requirements.lock

deploy/fuzz.lock: pyproject.toml
	$(BIN)/uv pip compile --group fuzz --python-version 3.11 \
	  --generate-hashes --no-emit-index-url -o $@

clean:
	rm -rf .venv models build out .mypy_cache .ruff_cache .pytest_cache
