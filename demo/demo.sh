#!/usr/bin/env bash
# Shows the main job on the sandbox, each command as one types it, and proves that nothing is left: `make demo`.
#
# It has a home folder of its own, so that nothing outside is read or written, and ends with a status other than 0 if a
# command fails or anything is left.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/start.sh"
source "$root/demo/story.sh"

folder=$(mktemp -d)
trap 'end_sandbox; rm -rf "$folder"' EXIT
trap 'echo; echo "interrupted" >&2; exit 130' INT TERM

# Runs a line as it would be typed, in the demo's own home.
run() {
    printf '\n$ %s\n' "$1"
    (cd "$folder/home" && env -i USER=you HOME="$folder/home" PATH="$root/target/debug:$PATH" TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 \
        BKY_IAC_ACCESS_KEY=AKIAIOSFODNN7EXAMPLE BKY_IAC_SECRET_KEY=only-for-the-sandbox bash -c "$1") {stdin}>&-
}

# Everything that AWS would still know, terminated instances aside.
world() {
    python3 - "$endpoint" <<'PYTHON'
import json, sys, urllib.request

with urllib.request.urlopen(sys.argv[1] + "/moto-api/data.json") as answer:
    ec2 = json.load(answer)["ec2"]
for kind in ("Instance", "KeyPair", "NetworkInterface", "SecurityGroup", "Volume"):
    for each in ec2[kind]:
        if each.get("state") != "terminated":
            print(kind, each["id"])
PYTHON
}

mkdir "$folder/home"
say "a sandbox stands in for AWS; it starts"
start_sandbox "$folder" 0.2
before=$(world)

say "where things are: region, names, the folder of the private keys"
run 'iac config init'
cp "$folder/config.toml" "$folder/home/.config/bky/iac/config.toml"
say "the sample, edited for the sandbox"
run 'cat ~/.config/bky/iac/config.toml'
run 'iac config check'

story

after=$(world)
left=$(find "$folder/secrets" -type f ! -name known_hosts ! -name '.*' -print)
if [[ $after != "$before" || -n $left ]]; then
    printf '\nerror: something is left\n%s\n%s\n' "$(diff <(echo "$before") <(echo "$after") || true)" "$left" >&2
    exit 1
fi
say "nothing is left: neither on the sandbox nor in the secrets folder"
