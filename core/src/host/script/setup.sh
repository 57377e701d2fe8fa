# Makes this machine ready for enclaves. Every step looks, acts if it must, and looks again; the first that fails is the
# last. A second run changes nothing.
#
# /var/lib/iac/setup says how far it is, /var/log/iac-setup.log what the programs said.
# shellcheck disable=SC2317,SC2329 # steps are called by their names
set -u
umask 022
# A connection that breaks does not end what has begun.
trap '' HUP PIPE

state=/var/lib/iac
log=/var/log/iac-setup.log
file=/etc/nitro_enclaves/allocator.yaml
allocator=nitro-enclaves-allocator.service

is_device() { [ -e /dev/nitro_enclaves ]; }
do_device() { modprobe nitro_enclaves; }

# shellcheck disable=SC2086 # words
is_packages() { rpm -q $packages; }
# shellcheck disable=SC2086 # words
do_packages() { dnf install -y $packages; }

is_groups() {
    for group in $groups; do
        id -nG "$user" | tr ' ' '\n' | grep -qx "$group" || return
    done
}
do_groups() {
    for group in $groups; do
        usermod -aG "$group" "$user" || return
    done
}

is_allocator() { [ "$(cat "$file" && echo end)" = "$(wanted_allocator && echo end)" ]; }
do_allocator() {
    if nitro-cli describe-enclaves | grep EnclaveID; then
        echo 'an enclave runs: what is set aside can be changed when it has ended'
        return 1
    fi
    if [ -e "$file" ]; then
        kept=$file.before-$(date -u +%Y%m%dT%H%M%SZ)
        cp -p "$file" "$kept" || return
        record kept "$kept" >&3
    fi
    mkdir -p "${file%/*}" && wanted_allocator >"$file.new" && mv -f "$file.new" "$file" || return
    systemctl try-restart "$allocator"
}

is_services() {
    for service in $services; do
        systemctl is-enabled --quiet "$service" && systemctl is-active --quiet "$service" || return
    done
}
# shellcheck disable=SC2086 # words
do_services() { systemctl enable --now $services; }

is_memory() { awk -v mib="$memory_mib" '/^Hugetlb:/ { got = $2 } END { exit !(got >= mib * 1024) }' /proc/meminfo; }
do_memory() { systemctl restart "$allocator"; }

record() {
    echo "$*" >>"$state/setup"
    echo "$*"
}

step() {
    echo "--- $(date -u +%FT%TZ) $1"
    if "is_$1"; then
        record "$1" unchanged >&3
    elif "do_$1" && "is_$1"; then
        record "$1" changed >&3
    else
        record "$1" failed >&3
        tail -n 5 "$log" | sed 's/^/log /' >&3
        record end failed >&3
        exit 1
    fi
}

main() {
    mkdir -p "$state" && exec 9>"$state/setup.lock" || exit
    flock 9
    : >"$state/setup"
    for name in device packages groups allocator services memory; do
        step "$name"
    done 3>&1 >>"$log" 2>&1 </dev/null 9>&-
    record end 'done'
}

# The last line, so that half a script does nothing.
main
