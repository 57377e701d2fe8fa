# Says what "$1" is and writes it to standard output: a file as it is, a folder as an archive.
path=$1
if [ -d "$path" ]; then
    [ -r "$path" ] && [ -x "$path" ] || exit 72
    command -v tar >/dev/null || exit 74
    echo folder
    tar -c --hard-dereference -f - -C "$path" . || exit 76
    exit 0
fi
[ -e "$path" ] || exit 71
[ -f "$path" ] || exit 73
[ -r "$path" ] || exit 72
mode=$(stat -L -c %a -- "$path") || exit 76
echo "file $mode"
cat -- "$path" || exit 76
