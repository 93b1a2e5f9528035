# Tarn's one Makefile. `make help` lists what it can do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests build run test test-swift test-web test-end-to-end bench measure phibench fuzz format lint docs clean

CONFIGURATION ?= release
DATA ?= $(CURDIR)/.data
LISTEN ?= 127.0.0.1:8080
VENV := $(CURDIR)/.venv
TARN := .build/$(CONFIGURATION)/tarn
SWIFT_FLAGS := -c $(CONFIGURATION)
# `swift test` alone would build all anew with -enable-testing, at which the optimizer of Swift 6.3.1 crashes.
BUILD_TESTS := swift build $(SWIFT_FLAGS) --build-tests

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nSettings: DATA=%s LISTEN=%s CONFIGURATION=%s\n' '$(DATA)' '$(LISTEN)' '$(CONFIGURATION)'

setup: ## Install what building and running needs (Debian packages; asks sudo where you are not root)
	@Scripts/setup.sh run

setup-tests: ## The same, and what the tests need (browser, DICOM tools, a Python environment in .venv)
	@Scripts/setup.sh tests

build: setup ## Build the program
	swift build $(SWIFT_FLAGS) --product tarn

run: build ## Start Tarn with a PostgreSQL of its own and demo studies; prints where to sign in
	$(TARN) serve --data $(DATA) --listen $(LISTEN) --demo

test: setup-tests ## Build and run all tests
	@Scripts/test.sh all

test-swift: setup ## Only the Swift tests
	@Scripts/test.sh swift

test-web: setup-tests ## Only the browser code's checks and unit tests
	@Scripts/test.sh web

test-end-to-end: setup-tests ## Only the tests of the whole program: kill -9, DICOM peers, a real browser
	@Scripts/test.sh end-to-end

bench: build setup-tests ## Measure the DICOM engine and de-identification beside their peers, CAR packing, key rotation under load, and the whole lake beside Orthanc
	@TARN_BINARY=$(CURDIR)/$(TARN) Bench/engine.sh
	@TARN_BINARY=$(CURDIR)/$(TARN) Bench/deidentify.sh
	@Bench/car.sh
	@TARN_BINARY=$(CURDIR)/$(TARN) PY=$(VENV)/bin/python Bench/rotation.sh
	@Bench/run.sh

measure: setup ## Measure each room by itself: sealing, appending, queries, ingest, viewing
	$(BUILD_TESTS)
	TARN_MEASURE=1 swift test $(SWIFT_FLAGS) --skip-build --no-parallel --filter 'Speed|TakesAsLong'

phibench: build setup-tests ## Score the de-identifier against files and reports with planted PHI
	@PYTHON=$(VENV)/bin/python TARN_BINARY=$(CURDIR)/$(TARN) Scripts/phibench.sh
	@PYTHON=$(VENV)/bin/python TARN_BINARY=$(CURDIR)/$(TARN) Scripts/reports-score.sh
	@PYTHON=$(VENV)/bin/python TARN_BINARY=$(CURDIR)/$(TARN) Scripts/reports-plain.sh

fuzz: setup ## Coverage-guided fuzzing of the readers (SECONDS_EACH=60)
	@Scripts/fuzz.sh

format: ## Format Swift and browser code
	swift format format --parallel --recursive --in-place Package.swift Sources Tests
	cd Web && $(VENV)/bin/deno fmt

lint: ## Check format and style of Swift and browser code
	swift format lint --strict --parallel --recursive Package.swift Sources Tests
	cd Web && $(VENV)/bin/deno fmt --check && $(VENV)/bin/deno lint

docs: setup ## Write the tables that are generated from code into Docs/
	$(BUILD_TESTS)
	TARN_UPDATE_DOCS=1 swift test $(SWIFT_FLAGS) --skip-build --filter thePageOfRoles

clean: ## Remove build output and the test environment (keeps DATA)
	rm -rf .build .venv
