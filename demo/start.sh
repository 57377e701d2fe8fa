# Starts a sandbox for a script that sources this: `start_sandbox FOLDER SECOND` leaves FOLDER/config.toml and the
# variables `endpoint` and `sandbox`, the process. It ends with `end_sandbox`, or when the script does, however that ends.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

start_sandbox() {
    local folder=$1 second=$2 ready
    mkfifo "$folder/stdin" "$folder/ready"
    # In a process group of its own: Ctrl-C is for the script, which ends the sandbox last.
    set -m
    "$root/sandbox/serve" --state "$folder/state" --second "$second" --until-stdin-closes \
        <"$folder/stdin" >"$folder/ready" &
    sandbox=$!
    set +m
    # The script holds the other end of the sandbox's standard input, and nobody who is started later does.
    exec {stdin}>"$folder/stdin"
    read -r ready <"$folder/ready" || { echo "error: the sandbox did not start" >&2; return 1; }
    field() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])[sys.argv[2]])' "$ready" "$1"; }
    endpoint=$(field endpoint)
    cat >"$folder/config.toml" <<CONFIG
[iac.aws]
region = "us-east-1"
endpoint_url = "$endpoint"
public_ip_url = "$(field public_ip_url)"
secrets_folder = "$folder/secrets/"
instance_name = "nitro-dev"
key_name = "nitro-dev"
security_group = "nitro-dev"
ssh_port = $(field ssh_port)
ssh_config = "$folder/ssh_config"
CONFIG
    # Nothing of the user's own OpenSSH configuration plays a part.
    echo "Host *" >"$folder/ssh_config"
}

# Ends the sandbox, if it was started, and waits until it has gone.
end_sandbox() {
    [[ -z ${sandbox:-} ]] || { exec {stdin}>&-; wait "$sandbox" || true; }
}
