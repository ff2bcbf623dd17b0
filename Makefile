# Everything a newcomer runs. Set-up happens by itself; `make demo` and `make test` need only
# Python 3.11, git and make.
SHELL := /bin/bash
PYTHON ?= python3
ENV := .venv
RUN := $(ENV)/bin/python
ENCODER ?= models/encoder
# What `make train` writes; the project's own model stays as it is.
OUT ?= trained
# The demo trains on every second report, a quarter of what dvc.yaml runs: enough to see the whole loop.
DEMO_EPOCHS ?= 1
# DVC runs `python`: the one of this environment.
export PATH := $(CURDIR)/$(ENV)/bin:$(PATH)

.PHONY: demo test check serve train repro evaluate corpus-report bench clean requirements help
# Real reports in the inline form, to set beside the corpus where they are at hand.
COMPARE ?= $(wildcard ../shared/realdev/gold)
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(ENV)/.installed: requirements.txt pyproject.toml
	@echo "== environment in $(ENV) (a few minutes, 3 GB)"
	$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(ENV)
	$(RUN) -m pip install -r requirements.txt
	$(RUN) -m pip install --no-deps -e .
	touch $@

demo: $(ENV)/.installed ## corpus to model to the record of a sample report, short training
	$(RUN) -m dvc repro models.embedded annotation.export data.split
	mkdir -p demo && awk 'NR % 2' data/splits/train.jsonl > demo/train.jsonl
	$(RUN) -m training.train --train demo/train.jsonl --epochs $(DEMO_EPOCHS) --out demo/checkpoint --work demo/training
	$(RUN) -m models.export_onnx --checkpoint demo/checkpoint --out demo/onnx
	$(RUN) -m serve.extract --model demo/onnx --input data/samples/report.jsonl --output demo/results.jsonl
	$(RUN) -m serve.show --input data/samples/report.jsonl --results demo/results.jsonl

test: $(ENV)/.installed ## all tests
	$(RUN) -m pytest -q

check: $(ENV)/.installed ## ruff, mypy, layers, tests
	$(ENV)/bin/ruff check .
	$(ENV)/bin/mypy
	$(ENV)/bin/lint-imports
	$(RUN) -m pytest -q

repro: $(ENV)/.installed ## the full pipeline of dvc.yaml
	$(RUN) -m dvc repro

train: $(ENV)/.installed ## train, export and score with ENCODER=hub id or folder, into OUT=trained
	$(RUN) -m dvc repro models.embedded annotation.export data.split
	$(RUN) -m training.train --encoder $(ENCODER) --out $(OUT)/checkpoint --work $(OUT)/training
	$(RUN) -m models.export_onnx --checkpoint $(OUT)/checkpoint --out $(OUT)/onnx
	$(RUN) -m models.predict --model $(OUT)/onnx --input data/splits/test.jsonl --output $(OUT)/test.jsonl
	$(RUN) -m eval.evaluate test=data/splits/test.jsonl,$(OUT)/test.jsonl --settings $(OUT)/onnx/settings.json --metrics $(OUT)/metrics.json --report $(OUT)/report.html

evaluate: $(ENV)/.installed ## metrics.json and report.html of the test set
	$(RUN) -m dvc repro eval.evaluate

corpus-report: $(ENV)/.installed ## counts and plots of the corpus: data/corpus/report.html
	$(RUN) -m dvc repro annotation.export
	$(RUN) -m data.corpus_report $(if $(COMPARE),--compare $(COMPARE))

bench: $(ENV)/.installed ## CPU time of the records of a typical and a dense report of 900 words
	$(RUN) -m incidents.bench

serve: $(ENV)/.installed ## the HTTP endpoint on 127.0.0.1:8000
	$(RUN) -m serve

requirements: ## lock the versions that pyproject.toml allows, from a fresh environment
	rm -rf $(ENV)-lock && $(PYTHON) -m venv $(ENV)-lock
	$(ENV)-lock/bin/python -m pip install -q -e '.[train,dev]'
	$(ENV)-lock/bin/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > requirements.txt
	rm -rf $(ENV)-lock

clean: ## remove everything that can be made again, the environment included
	rm -rf $(ENV) demo models/encoder models/checkpoint models/onnx models/training data/splits data/perturbed.jsonl predictions
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
