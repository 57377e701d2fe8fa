# Puts what comes on standard input into the place of "$target": whole, or not at all.
kind=$1 folder=$2 target=$3 mode=$4 size=$5
umask 077
[ -d "$folder" ] || exit 71
if [ "$kind" = file ]; then
    if [ -d "$target" ]; then exit 72; fi
else
    if [ ! -d "$target" ] && { [ -e "$target" ] || [ -L "$target" ]; }; then exit 73; fi
    command -v tar >/dev/null || exit 74
fi
work=$(mktemp -d "$folder/.iac-copy.XXXXXX") || exit 75

# What stood there is only removed once something stands in its place.
finish() {
    trap "" HUP INT TERM PIPE
    if [ -e "$work/old" ] || [ -L "$work/old" ]; then
        if [ ! -e "$target" ] && [ ! -L "$target" ]; then mv -T -- "$work/old" "$target" || exit 78; fi
    fi
    rm -rf -- "$work" 2>/dev/null && return
    chmod -R u+rwx -- "$work" 2>/dev/null
    rm -rf -- "$work" || exit 79
}
trap finish EXIT
trap "exit 70" HUP INT TERM PIPE

if [ "$kind" = file ]; then
    cat >"$work/new" || exit 76
    [ "$(wc -c <"$work/new")" -eq "$size" ] || exit 77
    chmod -- "$mode" "$work/new" && mv -fT -- "$work/new" "$target" || exit 78
    exit 0
fi
tar -xpof - -C "$work" || exit 76
[ -e "$work/complete" ] || exit 77
# A folder can only be moved by somebody who may write to it.
chmod u+rwx -- "$work/new" || exit 78
if [ -d "$target" ]; then
    if [ ! -L "$target" ]; then chmod u+w -- "$target" || exit 78; fi
    mv -T -- "$target" "$work/old" || exit 78
fi
mv -T -- "$work/new" "$target" && chmod -- "$mode" "$target" || exit 78
