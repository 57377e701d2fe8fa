#!/usr/bin/env bash
# Says what `make` is about to do and how long that takes, before the first thing that takes time: `announce.sh AFTER`.
#
# Whether the AWS SDK is compiled already is told from Cargo's target folder. Cargo itself shows what it compiles, but not
# that one crate of the SDK takes longer than everything else.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
after=$1

compiled=("${CARGO_TARGET_DIR:-$root/target}"/debug/deps/libaws_sdk_ec2-*.rlib)
if [[ -e ${compiled[0]} ]]; then
    printf 'compiling what has changed; the AWS SDK is compiled already\n' >&2
else
    printf '%s\n' \
        'compiling the AWS SDK, once: about 9 minutes on two cores, and 7 GB of memory' \
        'cargo shows its progress; the last crate, aws-sdk-ec2, takes half of the time' >&2
fi
[[ -x $root/sandbox/.venv/bin/python ]] || printf 'then the sandbox downloads the Python packages that it needs\n' >&2
printf '%s\n' "$after" >&2
