#!/usr/bin/env bash
# Starts the sandbox for use by hand, prints the configuration to use, and serves until Ctrl-C: `make sandbox`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/start.sh"

folder=$(mktemp -d)
trap 'end_sandbox; rm -rf "$folder"' EXIT
trap 'exit 0' INT TERM
start_sandbox "$folder" 1

cat <<TEXT
The sandbox answers at $endpoint. In another terminal:

    export PATH=$root/target/debug:\$PATH
    export BKY_IAC_CONFIG_FILE=$folder/config.toml
    export BKY_IAC_ACCESS_KEY=test BKY_IAC_SECRET_KEY=test
    iac key create && iac security-group create && iac instance create
    iac ssh

$folder/config.toml is

$(sed 's/^/    /' "$folder/config.toml")

Instances are forgotten when it ends. Ctrl-C ends it.
TEXT
wait "$sandbox"
