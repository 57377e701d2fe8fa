# Prints the host keys on the console, as cloud-init does at the very end of a first boot. Who reads the console can
# connect meanwhile.
console=/dev/console
[ -w "$console" ] || console=/dev/stdout
{
    echo '-----BEGIN SSH HOST KEY KEYS-----'
    cat /etc/ssh/ssh_host_*_key.pub
    echo '-----END SSH HOST KEY KEYS-----'
} >"$console"
