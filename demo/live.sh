#!/usr/bin/env bash
# Tells the story of `make demo` on AWS, with the configuration of whoever runs it: `make test-live`.
#
# It costs money, so it asks. Names and the secrets folder are its own, so that nothing of the user's is touched, and
# whatever it made is taken away when it ends, however it ends; what could not be is named, with the command for it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/story.sh"

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}

# Runs a line as it would be typed, with the `iac` that is tried.
run() {
    printf '\n$ %s\n' "$1"
    (cd "$folder/work" && bash -c "$1") </dev/null
}

# The program, the names and the folders of this run.
prepare() {
    program=$(command -v "${IAC:-$here/../target/debug/iac}") || fail "\`IAC\` names no program: \`$IAC\`"
    program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
    name=iac-live-$(date -u +%Y%m%d-%H%M%S)-$$
    folder=$(mktemp -d)
    mkdir "$folder/work" "$folder/bin" "$folder/secrets"
    ln -s "$program" "$folder/bin/iac"
    export PATH=$folder/bin:$PATH
    # A relative path counts from here, and commands run elsewhere.
    [[ -z ${BKY_IAC_CONFIG_FILE:-} || $BKY_IAC_CONFIG_FILE = /* ]] || export BKY_IAC_CONFIG_FILE=$PWD/$BKY_IAC_CONFIG_FILE
    export BKY_IAC_SECRETS_FOLDER=$folder/secrets
    export BKY_IAC_INSTANCE_NAME=$name BKY_IAC_KEY_NAME=$name BKY_IAC_SECURITY_GROUP=$name
}

# The record of the user's own environment stays where it is; that of this run stands below it, in the same zone.
own_record() {
    local fqdn
    fqdn=$(setting fqdn '')
    [[ -z $fqdn ]] || export BKY_IAC_FQDN=$name.$fqdn
}

# What an expression of Python makes of the JSON document on standard input.
json() {
    python3 -c 'import json, re, sys; document = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

setting() {
    iac config show --output json | json "next(each['value'] for each in document if each['key'] == '$1') or '$2'"
}

# The account, from the refusal of a wrong one: that proves the credentials, and that `account` is kept to.
account() {
    local refused
    refused=$(BKY_IAC_ACCOUNT=000000000000 iac key delete --output json 2>"$folder/refusal") && return 1
    json "re.search('to account ([0-9]{12}),', document['error']['message'])[1]" <<<"$refused" 2>/dev/null \
        || { cat "$folder/refusal" >&2; return 1; }
}

# Says what will happen and what it costs, and goes on only after a yes.
ask() {
    local type endpoint answer account
    account=$(account) || fail "AWS did not say whose the credentials are; nothing was made"
    type=$(setting instance_type '') endpoint=$(setting endpoint_url '')
    cat <<TEXT
$(iac --version), from $program

This makes a key pair, a security group and an instance, uses them, and takes them away again, one by one and then
all at once:

  account   $account
  region    $(setting region "that of the AWS configuration")
  type      $type${endpoint:+
  endpoint  $endpoint}
  name      $name

It takes about ten minutes and costs what $type costs in that time, with a volume and a public address. For
comparison: an hour of a c6a.xlarge in us-east-1 is 0.153 USD.

TEXT
    [[ ${YES:-} = 1 ]] && return
    (: </dev/tty) 2>/dev/null || fail "there is no terminal to ask on; \`YES=1\` says yes"
    read -r -p "go on? type yes: " answer </dev/tty || true
    [[ $answer = yes ]] || fail "not started; nothing was made"
}

# What there is under our name, one a line: its noun and what it is called. Fails if AWS cannot be asked.
left() {
    list instance id && list security-group id && list key name && record
}

# The record, where there is to be one.
record() {
    local described
    [[ -n ${BKY_IAC_FQDN:-} ]] || return 0
    described=$(iac dns describe --output json) || return
    json "'dns ' + document['name'] if document['environment'] == '$name' else ''" <<<"$described" | sed '/^$/d'
}

list() {
    local listed
    listed=$(iac "$1" list --output json) || return
    json "'\n'.join('$1 ' + each['$2'] for each in document if each['name'] == '$name')" <<<"$listed" | sed '/^$/d'
}

# Asks what is left; where AWS does not say, everything may be.
look() {
    found=$(left) || found=$(printf '%s '"$name"'\n' instance security-group key ${BKY_IAC_FQDN:+dns})
}

# A launch whose answer was lost may not be listed at once.
await_launch() {
    local deadline=$((SECONDS + 60))
    until [[ $found = *instance\ * || ! -e $folder/secrets/$name.launch || -n $impatient ]] || ((SECONDS > deadline)); do
        sleep 1
        look
    done
}

# Removes what there is of a noun, unless the user has lost patience.
remove() {
    [[ -z $impatient && $found = *"$1 "* ]] || return 0
    printf '\n$ iac %s %s\n' "$1" "$2"
    iac "$1" "$2" </dev/null || true
}

# Takes away what there is, and says what is there still.
finish() {
    local status=$?
    trap - EXIT
    # A second Ctrl-C ends the cleaning up, but not without the report.
    impatient=
    trap 'impatient=yes' INT TERM HUP
    look
    if [[ $status != 0 ]]; then
        say "the story has ended early, with status $status; cleaning up"
        await_launch
    fi
    remove instance terminate
    remove security-group delete
    remove key delete
    remove dns delete
    look
    [[ -z $found ]] || report
    rm -rf "$folder"
    say "nothing is left of $name"
    exit "$status"
}

# Names what could not be removed, with the command for each, and keeps the keys.
report() {
    {
        printf '\nerror: not everything could be removed; it may cost money\n'
        while read -r noun id; do
            case $noun in
                instance)
                    if [[ $id = i-* ]]; then
                        printf '  iac instance terminate --id %s\n' "$id"
                    else
                        printf '  iac instance terminate --instance-name %s\n' "$id"
                    fi
                    ;;
                dns) printf '  iac dns delete --fqdn %s --instance-name %s\n' "$BKY_IAC_FQDN" "$name" ;;
                security-group) printf '  iac security-group delete --security-group %s\n' "$id" ;;
                key) printf '  iac key delete --key-name %s --secrets-folder %s\n' "$id" "$folder/secrets" ;;
            esac
        done <<<"$found"
    } >&2
    exit 1
}

prepare
trap 'rm -rf "$folder"' EXIT
own_record
ask
trap 'exit 130' INT TERM HUP
trap finish EXIT
story
