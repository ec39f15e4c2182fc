# Each target first makes the environment, in .venv. That needs make and Python 3.11 or newer, of any name:
# make test PYTHON=python3.13
export PYTHON ?= python3

.PHONY: demo test test-debian test-oldest lint check fuzz soak serve sync docs docs-site release-check bench bench-quick bench-costs bench-check bench-micro bench-replicas FORCE
.DEFAULT_GOAL := demo

demo: .venv/ready
	@.venv/bin/concordia-sql demo

serve: .venv/ready
	@.venv/bin/concordia-sql serve

test: .venv/ready
	.venv/bin/pytest -n 2 --dist loadfile --cov --cov-report term

# On Debian's PostgreSQL, for its translations: apt-get install postgresql
test-debian: .venv/ready
	.venv/bin/pytest tests/debian

# What depends on Python's own library most, on the oldest Python that is promised: 3.11.2 is Debian 12's.
OLDEST ?= /usr/bin/python3
test-oldest: .venv/ready
	@$(OLDEST) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo 'The oldest Python is 3.11, and $(OLDEST) is not: make test-oldest OLDEST=…'; exit 1; }
	UV_PROJECT_ENVIRONMENT=.venv/oldest .venv/bin/uv sync --frozen --system-certs --python $(OLDEST)
	.venv/oldest/bin/pytest -n 2 tests/engine/test_lexer.py tests/engine/test_statement.py tests/engine/test_mapping.py tests/engine/test_errors.py

lint: .venv/ready
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/sqlfluff lint --processes 2 sql migrations concordia_sql/engine/migrations
	.venv/bin/mypy
	.venv/bin/pyright

check: lint test

FUZZ ?= 20
fuzz: .venv/ready
	FUZZ=$(FUZZ) .venv/bin/pytest -n 2 -o faulthandler_timeout=0 tests/engine/test_pruning_oracle.py tests/test_plain_lists.py
	FUZZ=$(FUZZ) .venv/bin/pytest -n 2 -m hypothesis

FAULTS ?= 20
COSTS ?= 200
soak: .venv/ready
	FAULTS=$(FAULTS) .venv/bin/pytest -n 2 -o faulthandler_timeout=0 tests/faults
	COSTS=$(COSTS) .venv/bin/pytest -n 0 tests/test_costs.py

sync: .venv/ready
	.venv/bin/python -m tests.support.make_sync
	.venv/bin/python -m tests.support.make_exports

docs: sync
	.venv/bin/python -m docs.generate

# The site, in .venv/site: any warning is an error.
docs-site: .venv/ready
	.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going --builder dirhtml -c docs . .venv/site

release-check: .venv/ready
	.venv/bin/python -m tests.support.release

bench: .venv/ready
	.venv/bin/uv sync --frozen --system-certs --group bench
	.venv/bin/python -m benchmarks run --output docs/benchmarks/results.json
	.venv/bin/python -m benchmarks page docs/benchmarks/results.json

bench-quick: .venv/ready
	.venv/bin/uv sync --frozen --system-certs --group bench
	.venv/bin/python -m benchmarks run --quick

bench-costs: .venv/ready
	.venv/bin/python -m benchmarks costs

bench-check: .venv/ready
	.venv/bin/uv sync --frozen --system-certs --group bench
	.venv/bin/python -m benchmarks run --quick --output .venv/benchmarks.json
	.venv/bin/python -m benchmarks compare docs/benchmarks/results.json .venv/benchmarks.json

bench-micro: .venv/ready
	.venv/bin/uv sync --frozen --system-certs --group bench
	.venv/bin/python -m benchmarks.micro --quiet

bench-replicas: .venv/ready
	.venv/bin/python -m benchmarks.replicas

.venv/ready: FORCE
	@"$$PYTHON" -c 'import runpy, sys; sys.exit("Python 3.11 or newer is needed, and this is older: make PYTHON=python3.13") if sys.version_info < (3, 11) else runpy.run_path(".ci/environment.py")'

FORCE:
