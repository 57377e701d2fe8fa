# Every target sets up what it needs, inside this folder: Rust (rustup reads rust-toolchain.toml) and Python 3 are enough.
#
# The whole workspace is always named: with a part of it Cargo would choose other features for shared crates, and
# compile the AWS SDK a second time.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

WORKSPACE := --workspace --locked
CARGO_DENY := .tools/cargo-deny-0.20.2/bin/cargo-deny
CARGO_FUZZ := .tools/cargo-fuzz-0.13.2/bin/cargo-fuzz
MATURIN := .tools/maturin-1.16.0/bin/maturin
AWS_CLI := bench/.venv/bin/aws
# Only files whose hash is known, and nothing that fetches more while it is built.
PIP_INSTALL := install --quiet --disable-pip-version-check --require-hashes --only-binary :all:

.PHONY: help demo sandbox test test-live lint advisories install dist bench bench-nitro recording fuzz conformance
.PHONY: sandbox-setup clean veryclean

help: ## shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: AFTER := then the demo runs: about 15 seconds
demo: announce build sandbox-setup ## shows the main job on the sandbox, and that nothing is left of it
	@demo/demo.sh

sandbox: AFTER := then the sandbox starts: about 2 seconds
sandbox: announce build sandbox-setup ## starts the sandbox for use by hand and prints the configuration to use
	@demo/sandbox.sh

test: sandbox-setup ## passes every test
	cd sandbox && .venv/bin/pytest
	cargo test $(WORKSPACE)

test-live: $(if $(IAC),,build) ## tells the demo's story on AWS with your configuration; asks first; `IAC=` names another `iac`
	@demo/live.sh

lint: sandbox-setup $(CARGO_DENY) ## checks formatting, lints, dependencies
	cargo fmt --check
	cd sandbox && .venv/bin/ruff check . ../bench && .venv/bin/ruff format --check . ../bench
	$(CARGO_DENY) --locked check bans licenses sources
	cargo clippy $(WORKSPACE) --all-targets -- -D warnings

advisories: $(CARGO_DENY) ## looks for known defects of the dependencies; needs the network
	$(CARGO_DENY) --locked check advisories

install: ## puts `iac` into ~/.cargo/bin
	cargo install --path cli --locked

recording: sandbox-setup ## draws docs/first-instance.svg anew, from what a terminal shows
	UPDATE_DOCS=1 cargo test $(WORKSPACE) --test it -- recording

fuzz: $(CARGO_FUZZ) ## runs each fuzz target for a minute; needs a nightly compiler
	export PATH="$(CURDIR)/$(dir $(CARGO_FUZZ)):$$PATH"; \
	for target in $$(cargo +nightly fuzz list --fuzz-dir fuzz); do \
	    mkdir -p "fuzz/corpus/$$target"; \
	    cargo +nightly fuzz run --fuzz-dir fuzz "$$target" "fuzz/corpus/$$target" "fuzz/seeds/$$target" -- \
	        -max_total_time=60 -timeout=5 -max_len=20000; \
	done

conformance: ## holds image reading against AWS's own crate; needs OpenSSL's headers
	cargo run --locked --manifest-path conformance/Cargo.toml

dist: $(MATURIN) ## packs binary, wheel and sources for this machine into dist/; `TAG=` must be the version then
	@.ci/dist "$${TAG:-}"

bench: sandbox-setup $(AWS_CLI) ## measures `iac` beside the AWS CLI on the sandbox; `IAC=` names another `iac`
	$(if $(IAC),,cargo build --release $(WORKSPACE))
	sandbox/.venv/bin/python bench/bench.py --iac $(or $(IAC),target/release/iac) --aws $(AWS_CLI)

bench-nitro: ## measures how fast images are measured and documents verified
	cargo bench --locked -p nitro

# Before `build`, since prerequisites are made from left to right.
.PHONY: announce build
announce:
	@demo/announce.sh "$(AFTER)"

build:
	cargo build $(WORKSPACE)

sandbox-setup: ## makes what the sandbox needs; a second run takes milliseconds
	@sandbox/setup --dev

# A folder a version, so that a new version is fetched when its line changes.
$(CARGO_DENY):
	cargo install --locked cargo-deny@0.20.2 --root .tools/cargo-deny-0.20.2

$(CARGO_FUZZ):
	cargo install --locked cargo-fuzz@0.13.2 --root .tools/cargo-fuzz-0.13.2

$(MATURIN): .ci/requirements.txt
	python3 -m venv --clear .tools/maturin-1.16.0
	.tools/maturin-1.16.0/bin/pip $(PIP_INSTALL) -r .ci/requirements.txt
	touch $@

# Newer than its requirements only when all of them are there.
$(AWS_CLI): bench/requirements.txt
	python3 -m venv --clear bench/.venv
	bench/.venv/bin/pip $(PIP_INSTALL) -r bench/requirements.txt
	touch $@

clean: ## removes what was built and what sandboxes left
	rm -rf target dist conformance/target fuzz/target sandbox/run

veryclean: clean ## removes also the tools and the Python environment
	rm -rf .tools bench/.venv sandbox/.venv sandbox/.tools
