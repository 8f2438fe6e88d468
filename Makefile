# Two commands do all the set-up: `make demo` and `make test`.
# The first that runs: a version manager's shim may be on PATH without its Python.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin

.PHONY: demo test check format bench bench-detection clean

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
	@echo "setting up .venv, about a minute the first time"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: .venv/ready
	$(BIN)/reviewconsole demo

test: .venv/ready
	$(BIN)/python -m pytest -n 2 -q

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 -q

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Every goal of docs/performance.md, about half an hour; goals 2 and 9 need real git directories:
# make bench REPOSITORIES="path path"
bench: .venv/ready
	mkdir -p build/benchmarks
	$(BIN)/python -m benchmarks.goals --repositories $(REPOSITORIES) --json build/benchmarks/goals.json \
		--table build/benchmarks/goals.md --growth build/benchmarks

# Needs the repositories of benchmarks/repositories.toml: make bench-detection REPOSITORIES=folder
bench-detection: .venv/ready
	@test -d "$(REPOSITORIES)" || { echo "say where the repositories are: REPOSITORIES=folder" >&2; exit 1; }
	mkdir -p build/benchmarks
	$(BIN)/python -m benchmarks.seeding "$(REPOSITORIES)" --json build/benchmarks/seeding.json \
		--misses build/benchmarks/misses.md
	$(BIN)/python -m benchmarks.load "$(REPOSITORIES)" --sample 500 --json build/benchmarks/load.json \
		--findings build/benchmarks/commits.jsonl
	$(BIN)/python -m benchmarks.judging draw build/benchmarks/commits.jsonl "$(REPOSITORIES)" \
		build/benchmarks/sheet.json

clean:
	rm -rf .venv build dist
