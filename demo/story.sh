# The tool's main job as one types it, for a script that sources this: `make demo` tells it on the sandbox, and
# `make test-live` on AWS. Whoever sources it says where commands run, with a function `run LINE`.

say() {
    printf '\n# %s\n' "$1"
}

# From nothing to an instance that is used, and back to nothing; ends at the first command that fails.
story() {
    say "a key pair, whose private half never leaves this machine"
    run 'iac key create'
    run 'iac key list'
    say "a security group that lets only this machine in"
    run 'iac security-group create'
    say "an instance with enclaves enabled; the command returns when its host key is proven and the host is ready for enclaves"
    run 'iac instance create'
    run 'iac instance list'
    say "a command there, a file there, and what came of it"
    run "iac ssh -- echo 'two  blanks' '\$HOME'"
    run 'echo "an enclave image" > app.eif'
    run 'iac deploy copy app.eif'
    run "iac deploy run 'wc -c app.eif'"

    say "and all of it away again"
    run 'iac instance terminate'
    run 'iac security-group delete'
    run 'iac key delete'
    run 'iac instance list'

    say "the same as one thing: what would be made and why, all of it, how it stands, and away with it"
    run 'iac plan'
    run 'iac up --yes'
    run 'iac status'
    run 'iac down --yes'
}
