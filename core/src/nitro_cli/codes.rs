//! The table of codes: at its index each code's short name, its cause and its mend.

/// Where nitro-cli and its enclave processes write what they do.
macro_rules! log {
    () => {
        "`/var/log/nitro_enclaves/nitro_enclaves.log`"
    };
}

/// Name, cause and mend of E00, E01 and so on.
pub(super) const CODES: [(&str, &str, &str); 61] = [
    (
        "an error without a code of its own",
        "nitro-cli met something that its authors gave no code",
        concat!("read what it printed above the code, and the end of ", log!()),
    ),
    (
        "an argument is missing",
        "the command was typed without an argument that it needs, such as `--memory` of `run-enclave`",
        "look at `nitro-cli COMMAND --help` and add what is missing",
    ),
    (
        "two arguments contradict each other",
        "arguments were typed of which only one may be, such as `--cpu-count` together with `--cpu-ids`",
        "leave one of the two out",
    ),
    (
        "an argument has a wrong value",
        "a value is not of the kind that its argument takes, such as letters where a number belongs, or a CID below 4",
        "correct the value that the message names",
    ),
    (
        "no pair of sockets to the enclave process",
        "the system gave nitro-cli no sockets to speak with the process it wanted to start: memory or file descriptors have run out",
        "free memory or raise `ulimit -n`, then try again; if it stays, reboot the host",
    ),
    (
        "the enclave process could not be started",
        "the system would start no process for `run-enclave`: memory has run out, or the number of processes is limited",
        "leave the parent more memory by a smaller `memory_mib` in the allocator's file, or end other processes",
    ),
    (
        "the enclave process could not detach itself",
        "the process started for the enclave could not become a daemon, mostly for want of memory",
        "free memory on the host and try again",
    ),
    (
        "the folder of the enclaves' sockets cannot be read",
        "`/run/nitro_enclaves` is missing, or your user is not in the group `ne`",
        "set the host up with `iac host setup`, then log in again: a new group counts from the next login",
    ),
    (
        "the connection to an enclave process is not usable",
        "a command was sent to an enclave that has ended, or that is just ending",
        "see what runs with `nitro-cli describe-enclaves`, and use an id that stands there",
    ),
    (
        "a socket could not be closed",
        "the system refused to close a channel between nitro-cli and an enclave process",
        "try again; if it stays, end the enclave and start it anew",
    ),
    (
        "no time limit could be set on a socket",
        "the connection to an enclave's console could not be given its time limit, mostly because the enclave just ended",
        "see with `nitro-cli describe-enclaves` whether it still runs",
    ),
    (
        "a socket failed",
        "a channel between nitro-cli and an enclave process failed in a way that has no code of its own",
        concat!("try again, and read the end of ", log!()),
    ),
    (
        "the enclave cannot be watched",
        "the system would not watch the enclave's descriptor for events: memory or file descriptors have run out",
        "free memory or raise `ulimit -n`, then start the enclave again",
    ),
    (
        "the sockets' folder cannot be watched",
        "the limit of inotify watches on the host is used up, or `/run/nitro_enclaves` went away meanwhile",
        "raise `fs.inotify.max_user_watches` with `sysctl`, or set the host up again with `iac host setup`",
    ),
    (
        "a command that the enclave process does not know",
        "nitro-cli and the running enclave process are of different versions: the package was updated under a running enclave",
        "end the enclave, which the old process still allows, and start it with the new nitro-cli",
    ),
    (
        "a lock could not be taken",
        "a part of the enclave process ended in the middle of its work and left its data locked",
        "end the enclave with `nitro-cli terminate-enclave`; if that fails, reboot the host",
    ),
    (
        "a thread ended badly",
        "a thread of nitro-cli or of an enclave process crashed",
        concat!("try again, and read why in ", log!()),
    ),
    (
        "a message could not be read or written as JSON",
        "nitro-cli and an enclave process did not understand each other: another version, or a process that ended in between",
        "try again; after an update of the package, end the enclave and start it anew",
    ),
    (
        "the permissions of the log cannot be changed",
        "the log was made by another user, often by `sudo nitro-cli`, and only its owner may change its permissions",
        concat!(
            "give it to root and the group `ne`: `sudo chgrp ne ",
            "/var/log/nitro_enclaves/nitro_enclaves.log`, then `sudo chmod 660` it"
        ),
    ),
    (
        "a file operation failed",
        "a file that the message names cannot be opened, read or written: often the image's path is wrong, or there is no \
         `/dev/nitro_enclaves` because the instance was launched without enclaves or the module is not loaded",
        "check the path; without the device, look with `iac host status`, and launch with `iac instance create` without `--no-nitro`",
    ),
    (
        "a CPU is named twice",
        "the list after `--cpu-ids` holds the same CPU more than once",
        "name each CPU once, or let nitro-cli choose with `--cpu-count`",
    ),
    (
        "a CPU is not set aside for enclaves",
        "`--cpu-ids` names a CPU that the allocator has not taken from the parent",
        "use CPUs of `/sys/module/nitro_enclaves/parameters/ne_cpus`, or let nitro-cli choose with `--cpu-count`",
    ),
    (
        "too few CPUs are set aside",
        "the enclave asks for more CPUs than the allocator took from the parent, or than other enclaves have left",
        "raise `cpu_count` below `[iac.enclave]` and run `iac host setup`, or end the other enclaves",
    ),
    (
        "the list of CPUs cannot be read",
        "the system's own list of CPUs has a form that nitro-cli does not expect",
        "look at `lscpu` and at `/sys/module/nitro_enclaves/parameters/ne_cpus`; restart `nitro-enclaves-allocator`",
    ),
    (
        "a range of CPUs is malformed",
        "a list of CPUs holds something that is no range, such as `0-3-7`",
        "write ranges as `2-3` in `cpu_pool` of the allocator's file, or use `cpu_count` instead",
    ),
    (
        "a size of huge pages is unknown",
        "the enclave process asked for memory in pages of a size that this system does not have",
        "update `aws-nitro-enclaves-cli` and the kernel, then reboot the host",
    ),
    (
        "the enclave asks for too little memory",
        "an enclave needs at least 64 MiB, and four times the size of its image",
        "raise `--memory` to what the message says, and `memory_mib` below `[iac.enclave]` with it; `iac types --eif FILE` \
         says what an image needs",
    ),
    (
        "too little memory is set aside",
        "the huge pages that are free do not suffice: the allocator took less, another enclave has them, or pages of 1 GiB \
         cannot be shared by two enclaves",
        "raise `memory_mib` below `[iac.enclave]` and run `iac host setup`; `iac host status` shows what is set aside",
    ),
    (
        "no enclave could be made",
        "the driver refused to begin a new enclave: four run already, or the device is not usable",
        "see what runs with `nitro-cli describe-enclaves` and end what is not needed; then look with `iac host status`",
    ),
    (
        "the driver refused a request",
        "the Nitro Enclaves driver answered with an error that has no code of its own",
        concat!("read the reason below the code, in `dmesg`, and in ", log!()),
    ),
    (
        "the driver does not say where the image belongs",
        "the driver and nitro-cli do not fit each other, or the enclave ended while it was made",
        "update kernel and `aws-nitro-enclaves-cli`, then reboot the host",
    ),
    (
        "the driver refused memory",
        "a piece of memory was not acceptable: of another NUMA node than the CPUs, too small a page, or more than is free",
        "restart `nitro-enclaves-allocator` while no enclave runs, so that memory and CPUs come from one node",
    ),
    (
        "the driver refused a CPU",
        "a CPU is not set aside, is used by another enclave, or is of another NUMA node",
        "use `--cpu-count` instead of `--cpu-ids`; `nitro-cli describe-enclaves` shows which CPUs are taken",
    ),
    (
        "the driver would not start the enclave",
        "something that the enclave was given is not enough: no memory, halves of cores, or a CID that is in use",
        "ask for an even number of CPUs where two share a core, and leave `--enclave-cid` out",
    ),
    (
        "the image does not fit into the addresses",
        "the place of the image in memory added to its size goes beyond what the processor can address",
        "the file is damaged or no image: check it with `iac eif show FILE`",
    ),
    (
        "the image cannot be read",
        "a section of the image ends before its length: the file is damaged, was cut while it was copied, or huge pages are missing",
        "check it with `iac eif show FILE`, here and on the host; copy it again with `iac deploy copy`",
    ),
    (
        "the enclave did not come up",
        "the image was started and did not report in time: its kernel or init failed, it ran out of memory, it is for \
         another architecture, or its certificate is not valid now",
        "start it with `--debug-mode` and read `nitro-cli console`; check the image with `iac eif show FILE`",
    ),
    (
        "the enclave's events are lost",
        "waiting for a sign of the enclave failed, mostly because its process was ended by a signal",
        concat!("see with `nitro-cli describe-enclaves` what is left, and read ", log!()),
    ),
    (
        "an enclave process did not answer",
        "at least one enclave process took the command and could not carry it out",
        "ask again; the answer may hold the other enclaves. End the one that does not answer",
    ),
    (
        "an enclave process cannot be reached",
        "a socket in `/run/nitro_enclaves` belongs to a process that has gone or to another user: an enclave crashed, or was \
         started with `sudo`",
        "run the command as the user who started the enclave; remove sockets that no process has, or reboot the host",
    ),
    (
        "there is no socket for this enclave",
        "the id belongs to no enclave that runs: it has ended, or a letter is missing",
        "take the id from `nitro-cli describe-enclaves`",
    ),
    (
        "an enclave process could not report back",
        "the command was carried out, perhaps in part, and nitro-cli had ended before it heard of it",
        "see what became of it with `nitro-cli describe-enclaves`",
    ),
    (
        "memory could not be mapped",
        "the system did not hand out huge pages that seemed free: another process took them, or the limit of locked memory is too low",
        "end the other enclaves, or restart `nitro-enclaves-allocator` while none runs",
    ),
    (
        "memory could not be given back",
        "the huge pages of an ended enclave are still held",
        "end what is left of the enclave process, or reboot the host",
    ),
    (
        "no connection to the console",
        "only an enclave in debug mode has a console, and only while it runs",
        "start the enclave with `--debug-mode`, and connect as soon as it runs",
    ),
    (
        "the console cannot be read",
        "the connection to the console ended: the enclave stopped, or somebody else reads it",
        "see with `nitro-cli describe-enclaves` whether it runs; close other `nitro-cli console`",
    ),
    (
        "the console's text cannot be written",
        "the place where the console's text goes does not take it: a full disk, or a pipe that was closed",
        "make room with the help of `df -h`, or write it somewhere else",
    ),
    (
        "the enclave's CID is no number",
        "what stands for the CID of the enclave to connect to is not a whole number",
        "take the id from `nitro-cli describe-enclaves`, or give a number to `--enclave-cid`",
    ),
    (
        "the image could not be built",
        "kernel, init and the container did not come together: the blobs are missing, or the disk is full",
        "install `aws-nitro-enclaves-cli-devel`, which holds the blobs; `iac host status` looks at both",
    ),
    (
        "the container could not be built",
        "docker failed at the Dockerfile, or does not run, or your user may not use it",
        "try `docker build` by itself; start the service `docker` and be in its group, then log in again",
    ),
    (
        "the container could not be pulled",
        "docker did not get the image: a name that is not there, no login, or no way out to the registry",
        "try `docker pull NAME` by itself; `iac doctor` looks at the way out",
    ),
    (
        "no folder for artifacts is set",
        "`NITRO_CLI_ARTIFACTS` is not set, and there is no home folder to take instead",
        "set `NITRO_CLI_ARTIFACTS` to a folder with room for several times the image",
    ),
    (
        "no folder of blobs is set",
        "`NITRO_CLI_BLOBS` is not set, and the usual folder is not there",
        "install `aws-nitro-enclaves-cli-devel`, or set `NITRO_CLI_BLOBS` to `/usr/share/nitro_enclaves/blobs`",
    ),
    (
        "the clock jumped",
        "the host's clock went backwards while the console was read",
        "connect again; see with `timedatectl` whether the clock is kept right",
    ),
    (
        "signals could not be held back",
        "the system would not let nitro-cli hold signals back while it starts the enclave process",
        "try again; if it stays, look in `dmesg`, and reboot the host",
    ),
    (
        "signals could not be let through",
        "the system would not let nitro-cli take signals again once the enclave process was started",
        "see with `nitro-cli describe-enclaves` whether the enclave runs; end it and start it anew",
    ),
    (
        "the log could not be opened",
        "`/var/log/nitro_enclaves` is missing, full, or not writable for your user",
        "set the host up with `iac host setup`, then log in again; see `df -h` for room",
    ),
    (
        "a hash could not be computed",
        "the image could not be read to its end while its measurements were taken",
        "check it with `iac eif show FILE`; see `df -h` and `dmesg` for a failing disk",
    ),
    (
        "the enclave's name is not usable",
        "no enclave of this name runs, several do, or the name holds something that names may not",
        "use the id from `nitro-cli describe-enclaves`, or another name",
    ),
    (
        "the image's signature does not hold",
        "the signing certificate is not valid now, or signed another image",
        "see which with `iac eif show FILE`, check the host's clock, and sign the image anew",
    ),
    (
        "the image could not be signed",
        "the key or the certificate is not where the command says, they do not belong together, or the credentials for a KMS \
         key are missing or expired",
        "check both paths; for a key in KMS, give the host a role with `kms:Sign`, or log in again",
    ),
];
