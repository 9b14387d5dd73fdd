# Gradients Through Time. `make book` builds the site, `make test` checks everything.
# Needs Python 3.11, 3.12 or 3.13 and make; all else is installed into .venv.

.DEFAULT_GOAL := help
.PHONY: help book chapter new-chapter lab pdf serve test oracles lint bench release grade gradescope hostile-class node-tools clean

# PYTHON=/path/to/python3.12 chooses one; otherwise the first of these that fits.
PYTHON ?=
FITS := import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PORT ?= 8000
WORKERS ?= 2
BIN := .venv/bin
SITE := _build/html
PAGE = $(basename $(firstword $(wildcard book/*/$(NAME).ipynb)))

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 14

.venv/bin/python:
	@found=; for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.12 python3.13 python3.11 python); do \
	  if "$$python" -c '$(FITS)' >/dev/null 2>&1; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "This book needs Python 3.11, 3.12 or 3.13 (with its venv module)." >&2; \
	  echo "Found: $(or $(PYTHON),python3) is `"$(or $(PYTHON),python3)" --version 2>&1 || true`." >&2; \
	  echo "Install one of the three, or name it: make book PYTHON=/path/to/python3.12" >&2; \
	  exit 1; \
	fi; \
	echo "Making .venv with $$found (`$$found --version`)"; "$$found" -m venv .venv

# One stamp for each set of packages; a change of the lists installs them again.
.venv/.chapters: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.%: .venv/.chapters pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

book: .venv/.book  ## build the site; execute the chapters that changed (ALL=1: every one)
	$(if $(ALL),rm -rf _build/executed)
	$(BIN)/jupyter-book build . --all -W --keep-going --quiet
	@echo; echo "Built. Open $(SITE)/index.html, or type: make serve"

chapter: .venv/.book  ## one chapter, in about a minute: make chapter NAME=hare_and_lynx
	@test -f "$(PAGE).ipynb" || { echo "There is no book/*/$(NAME).ipynb. Type: make chapter NAME=hare_and_lynx" >&2; exit 1; }
	@grep -q 'file: $(PAGE)$$' _toc.yml || { echo "Give $(PAGE) a line and its number in _toc.yml first" >&2; exit 1; }
	BOOK_CHAPTER=$(PAGE) $(BIN)/jupyter-book build . --path-output build/chapter --quiet
	@echo; echo "Built. Open build/chapter/$(SITE)/$(PAGE).html, or type: make serve SITE=build/chapter/$(SITE)"

new-chapter: .venv/.book  ## make new-chapter NAME=the_tape TITLE='The tape' PART=derivatives
	$(BIN)/python book/_template/new_chapter.py "$$NAME" "$$TITLE" "$$PART"

pdf: .venv/.pdf  ## the built book as one PDF, _build/gradients_through_time.pdf; needs Chromium
	$(BIN)/python book/_extensions/paper.py

lab: .venv/.lab  ## the chapters in JupyterLab, as copies in build/notebooks; your changes stay there
	$(BIN)/python book/_extensions/plain.py
	cd build/notebooks/book && $(CURDIR)/$(BIN)/jupyter lab

serve:  ## look at the built site on localhost
	@test -f $(SITE)/index.html || { echo "Nothing is built yet. Type: make book" >&2; exit 1; }
	@echo "http://localhost:$(PORT)/  (stop with Ctrl-C)"
	@$(BIN)/python -m http.server $(PORT) --bind localhost --directory $(SITE)

test: .venv/.test  ## all tests; those of the site need `make book` first, and Chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=15

oracles: .venv/.test  ## the slow comparisons with JAX and with Node, on many more random examples
	RANDOM_PROGRAMS=1000 $(BIN)/python -m pytest -m slow -n $(WORKERS) --dist worksteal --hypothesis-profile=full

lint: .venv/.test  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/.bench  ## measure, side by side with peers; writes bookkit/data/bench_*.json
	for run in benchmarks/bench_*.py; do $(BIN)/python "$$run" || exit 1; done

adopt: .venv/.book  ## where this copy lives: make adopt REPO=https://host/owner/name [PAGES=https://...]
	$(BIN)/python book/_extensions/address.py --repo '$(REPO)' --site '$(PAGES)'

release: .venv/.instructor  ## student versions of the assignments, into build/release
	$(BIN)/python -m assignments.release

# TERM is also the kind of a terminal; only one that was typed after `make grade` is meant.
grade: .venv/.instructor  ## grade a folder: make grade SUBMISSIONS=folder ASSIGNMENT=name
	$(BIN)/python -m assignments.grader $(if $(SUBMISSIONS),'$(SUBMISSIONS)') $(if $(ASSIGNMENT),--assignment $(ASSIGNMENT)) \
	  $(if $(PATIENCE),--patience $(PATIENCE)) $(if $(AGAIN),--again '$(AGAIN)') $(if $(ISOLATION),--isolation $(ISOLATION)) \
	  $(if $(JOBS),--jobs $(JOBS)) $(if $(findstring command,$(origin TERM)),--term '$(TERM)')

gradescope: .venv/.instructor  ## an autograder for Gradescope: COURSE_SEED=... make gradescope ASSIGNMENT=name
	$(BIN)/python -m assignments.grader.gradescope $(ASSIGNMENT)

hostile-class: .venv/.test  ## grade a class of honest, broken and hostile submissions; tells what came out wrong
	$(BIN)/python -m tests.assignments.hostile

node-tools:  ## for the tests that use Node: Pyodide and axe-core, into build/node
	npm install --silent --no-save --no-audit --no-fund --prefix build/node pyodide@314.0.7 axe-core@4

clean:  ## remove what was built, not .venv
	rm -rf _build build .pytest_cache .hypothesis .ruff_cache .mypy_cache
