# Says what "$1" is and writes it to standard output: a file as it is, a folder as an archive.
#
# A login shell may have written something before, and no end of a line. The archive is in GNU's own format: others keep
# names and sizes in headers of any length.
path=$1
say() { printf '\n@iac %s\n' "$1"; }
if [ -d "$path" ]; then
    [ -r "$path" ] && [ -x "$path" ] || exit 72
    command -v tar >/dev/null || exit 74
    say folder
    tar -c --format=gnu --hard-dereference -f - -C "$path" . || exit 76
    exit 0
fi
[ -e "$path" ] || exit 71
[ -f "$path" ] || exit 73
[ -r "$path" ] || exit 72
mode=$(stat -L -c %a -- "$path") || exit 76
say "file $mode"
cat -- "$path" || exit 76
