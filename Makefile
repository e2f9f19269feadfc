# The verbs, the same for people and CI. `make help` lists them.

RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do $$each -c '$(RECENT)' 2>/dev/null && echo $$each && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= auto

.PHONY: help setup tools run demo test check format contracts clients wheels record record-azure everywhere linearizability fanout bench docs requirements clean \
  fuzz crash soak mutants coverage audit sbom

help: ## what there is
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv and install everything into it

$(READY): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(RECENT)' || { echo "azure-openai-mock needs Python 3.11 or later; say which: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(READY)

tools: ## install what some tests need beside Python: the Node.js packages of the programs that they run
	@cd tests/e2e/applications && npm ci --silent
	@cd examples/javascript && npm ci --silent

run: setup ## start the server on http://127.0.0.1:8080
	@$(BIN)/azure-openai-mock serve

demo: setup ## run the quick start against a server of its own
	@$(BIN)/azure-openai-mock demo

test: setup ## everything that must hold
	$(BIN)/python -m pytest tests -n $(JOBS)
	@$(MAKE) --no-print-directory contracts

check: setup ## style, lint, types and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

format: setup ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

contracts: setup ## the contracts, from cassettes and against the mock
	$(BIN)/python -m pytest contracts -p azure_openai_contracts.plugin --target cassette
	$(BIN)/python -m pytest contracts -p azure_openai_contracts.plugin --target mock

# The first release with `responses`, one of May 2025, the last of each major version, and the newest; each in an environment of its own.
CLIENTS := ==1.66.0 ==1.78.1 <2 <3 >=1.66

clients: setup ## the quick start with old and new releases of the openai package (needs a package index)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@for release in $(foreach each,$(CLIENTS),"openai$(each)"); do echo "quick start with $$release"; \
	  $(BIN)/azure-openai-mock exec --quiet -- $(BIN)/uv run --quiet --no-project --isolated --python $(BIN)/python --with "$$release" \
	  python examples/python/quickstart.py > /dev/null || exit 1; done

wheels: setup ## wheel and source archive, tried with every supported Python that is here (needs a package index)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/python -m tests.packaging.wheels

record: setup ## record the contracts' cassettes anew from the mock
	$(BIN)/python -m pytest contracts -p azure_openai_contracts.plugin --target mock --record

record-azure: setup ## record them from Azure: needs AZURE_OPENAI_ENDPOINT, a key or an identity, and AZURE_CONTRACTS_ACCEPT_COSTS=1
	$(BIN)/python -m pytest contracts -p azure_openai_contracts.plugin --target azure --record --cassettes cassettes/azure

everywhere: setup ## the end-to-end tests against every way to share a store: two and four processes on a file, two servers on a Redis
	@for each in two-processes four-workers redis; do echo "$$each"; E2E_STORES=$$each $(BIN)/python -m pytest tests/e2e || exit 1; done

linearizability: setup ## 1,000 histories of concurrent clients against each of them, checked
	$(BIN)/python -m tests.concurrency histories

fanout: setup ## 64 writers with 200 children each on one parent, against each of them
	$(BIN)/python -m tests.concurrency fanout

# What the next verbs need beside the suite; `ARGS` goes to their programs: make crash ARGS="--kills 100"
RELIABLY := $(BIN)/python -m pip install --quiet --require-hashes -r requirements/reliability.txt && $(BIN)/python
ARGS ?=
fuzz: setup ## fuzz every reader of foreign data, led by coverage, and 50,000 requests made of the OpenAPI description
	$(RELIABLY) -m tests.reliability.fuzz $(ARGS)

crash: setup ## kill the server 1,000 times under load and read what it had acknowledged
	$(BIN)/python -m tests.reliability.crash $(ARGS)

soak: setup ## 1,000,000 mixed requests: memory, files, sockets, and whether it becomes slower
	$(BIN)/python -m tests.reliability.soak $(ARGS)

mutants: setup ## change the code in 2,000 small ways and see whether the tests notice
	$(BIN)/python -m tests.reliability.mutants $(ARGS)

coverage: setup ## which branches the suite runs through, in servers of its own too
	@mkdir -p build/coverage
	$(RELIABLY) -m coverage erase
	$(BIN)/python -m coverage run -m pytest tests -n $(JOBS); failed=$$?; \
	  $(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage report --skip-covered --sort=miss && exit $$failed

audit: setup ## known flaws of the pinned dependencies (needs a package index and its advisories)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/supply.txt
	@$(BIN)/python -m tests.reliability.audit $(ARGS)

sbom: setup ## the bill of materials of what `serve` needs and of what the suite needs, as CycloneDX, into build/
	@mkdir -p build
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/supply.txt
	$(BIN)/python -m cyclonedx_py requirements requirements/dev.txt --output-reproducible -o build/sbom.json
	@echo "build/sbom.json"

PARTS ?=
bench: setup ## throughput, start-up, streams, memory and growth, as ratios (PARTS="streams memory" for some); needs wrk
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	$(BIN)/python -m bench $(PARTS)
	$(BIN)/python -m bench.page

screenshots: setup ## the pictures of docs/inspector.md (needs chromium)
	SCREENSHOTS=docs/images $(BIN)/python -m pytest -q tests/inspector/test_screenshots.py

docs: setup ## the pages that are made from tables and code
	$(BIN)/python docs/made.py

site: docs ## the documentation as a site in build/site
	@test -x build/docs/bin/mkdocs || { $(PYTHON) -m venv build/docs && build/docs/bin/python -m pip install --quiet --require-hashes -r requirements/docs.txt; }
	NO_MKDOCS_2_WARNING=1 build/docs/bin/mkdocs build --strict --quiet
	@echo "build/site/index.html"

requirements: setup ## pin the dependencies anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	for each in dev bench docs reliability supply; do $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	  requirements/$$each.in -o requirements/$$each.txt || exit 1; done

clean: ## remove what was made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
