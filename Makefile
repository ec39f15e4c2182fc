# Every target makes the environment by itself; it needs only make and Python 3.11 or newer: `make demo PYTHON=python3.13`.
PYTHON ?= python3
UV_VERSION = 0.13.9
RUN = .venv/bin/python -m

.PHONY: demo test lint check serve docs
.DEFAULT_GOAL := demo

demo: .venv/ready
	@.venv/bin/concordia-sql demo

test: .venv/ready
	$(RUN) pytest -n 2 --dist loadfile --cov --cov-report term

lint: .venv/ready
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) sqlfluff lint --processes 2 sql migrations
	$(RUN) mypy
	$(RUN) pyright

check: lint test

serve: .venv/ready
	@.venv/bin/concordia-sql serve

docs: .venv/ready
	.venv/bin/python docs/generate.py

.venv/ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "concordia_sql needs Python 3.11 or newer: make PYTHON=python3.13")'
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	.venv/bin/uv sync --frozen --quiet
	@touch .venv/ready
