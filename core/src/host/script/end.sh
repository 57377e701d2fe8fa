# Ends this machine when its time is over: `arm` once, `check` every minute, `add SECONDS` to move the end.
#
# The end stands in a file, as seconds since 1970 and the machine's own tag. An image made of this machine carries the
# file along; on another machine it means nothing.
# shellcheck disable=SC2317,SC2329 # what is typed is called
set -u

file=/var/lib/iac/end
timer=iac-end.timer
machine=$(cat /sys/class/dmi/id/board_asset_tag 2>/dev/null)
machine=${machine:-unknown}

# Sets `end`. 1: there is none that can be read. 2: it is another machine's.
read_end() {
    end='' of=''
    read -r end of 2>/dev/null <"$file"
    case $end in '' | *[!0-9]*) return 1 ;; esac
    [ "$of" = "$machine" ] || return 2
}

write_end() {
    end=$1
    mkdir -p /var/lib/iac &&
        printf '%s %s\n' "$end" "$machine" >"$file.new" &&
        sync "$file.new" &&
        mv -f "$file.new" "$file"
}

arm() {
    read_end || write_end "$(($(date +%s) + ttl))" || return
    systemctl daemon-reload && systemctl enable --now "$timer" && echo "end $end"
}

check() {
    read_end
    case $? in
        1) write_end "$(($(date +%s) + ttl))" ;;
        2) return ;;
    esac
    [ "$(date +%s)" -lt "$end" ] || shutdown -h now
}

add() {
    read_end || return 3
    now=$(date +%s)
    [ "$end" -gt "$now" ] || end=$now
    [ "$((end + $1 - now))" -le "$longest" ] || return 4
    write_end "$((end + $1))" && systemctl enable --now "$timer" && echo "end $end"
}

"$@"
