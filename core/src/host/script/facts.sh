# Says how this machine is, for `iac host status`: each fact between two lines of its own, with the status of what told it.

fact() {
    echo "@begin $1"
    name=$1
    shift
    "$@" </dev/null 2>&1
    printf '\n@end %s %s\n' "$name" "$?"
}

# shellcheck disable=SC2317,SC2329 # called by its name
enclaves() { sudo -n nitro-cli describe-enclaves 2>/dev/null; }

main() {
    # First, so that a set-up that is done is done for all that follows; and whether it works still, as one with its text.
    fact setup-still flock -n /var/lib/iac/setup.lock cat /var/lib/iac/setup
    fact setup cat /var/lib/iac/setup
    fact clock date +%s
    fact device test -e /dev/nitro_enclaves
    fact module test -e /sys/module/nitro_enclaves
    # shellcheck disable=SC2086 # words
    fact packages rpm -q $packages
    fact blobs ls /usr/share/nitro_enclaves/blobs
    fact groups id -nG "$user"
    # shellcheck disable=SC2086 # words
    fact units systemctl show --property=Id,ActiveState,UnitFileState $services iac-end.timer
    fact allocator cat /etc/nitro_enclaves/allocator.yaml
    fact memory grep -E '^(MemTotal|Hugetlb):' /proc/meminfo
    fact enclaves enclaves
    fact disk df -Pk /
    fact end cat /var/lib/iac/end
    fact log tail -n 5 /var/log/iac-setup.log
}

main
