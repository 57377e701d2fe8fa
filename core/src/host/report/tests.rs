//! Hosts laid out for each case, and what the report says of them.

use std::time::Duration;

use super::*;
use crate::host::allocator::Allocator;

fn wanted() -> Wanted {
    Wanted {
        login_user: "ec2-user".into(),
        enclaves: Some(Allocator { cpu_count: 2, memory_mib: 1024 }),
        kms: false,
        ttl: Some(Duration::from_hours(2)),
    }
}

/// What a ready host says, in the order of the script.
const READY: [(&str, &str, u8); 15] = [
    ("clock", "1800000000\n", 0),
    ("device", "", 0),
    ("module", "", 0),
    (
        "packages",
        "aws-nitro-enclaves-cli-1.4.2-0.amzn2023.x86_64\naws-nitro-enclaves-cli-devel-1.4.2-0.amzn2023.x86_64\n",
        0,
    ),
    ("blobs", "bzImage\nbzImage.config\ncmdline\ninit\nlinuxkit\nnsm.ko\n", 0),
    ("groups", "ec2-user adm wheel systemd-journal docker ne\n", 0),
    (
        "units",
        "Id=docker.service\nActiveState=active\nUnitFileState=enabled\n\n\
         Id=nitro-enclaves-allocator.service\nActiveState=active\nUnitFileState=enabled\n\n\
         Id=iac-end.timer\nActiveState=active\nUnitFileState=enabled\n",
        0,
    ),
    ("allocator", "---\nmemory_mib: 1024\ncpu_count: 2\n", 0),
    ("memory", "MemTotal:        7843124 kB\nHugetlb:         1048576 kB\n", 0),
    ("enclaves", "[]\n", 0),
    (
        "disk",
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/nvme0n1p1 16699372 2000000 14699372 12% /\n",
        0,
    ),
    ("end", "1800007200 i-1\n", 0),
    ("setup", "device unchanged\npackages changed\nend done\n", 0),
    ("setup-still", "device unchanged\npackages changed\nend done\n", 0),
    ("log", "", 0),
];

/// The report of a ready host of which some facts are otherwise.
fn report(changes: &[(&str, &str, u8)]) -> Report {
    let said = READY.iter().map(|(name, text, status)| {
        let (text, status) = changes.iter().find(|change| change.0 == *name).map_or((*text, *status), |c| (c.1, c.2));
        format!("@begin {name}\n{text}\n@end {name} {status}\n")
    });
    Report::of(&wanted(), &Facts::read(&said.collect::<String>()).expect("a whole answer"))
}

fn shown(report: &Report) -> String {
    let line = |check: &Check| {
        let mend = check.mend.as_ref().map(|mend| format!(" → {mend}")).unwrap_or_default();
        format!("{} {}: {}{mend}", if check.ok { "ok " } else { "NOT" }, check.check, check.found)
    };
    report.checks.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_ready_host_is_ready() {
    let report = report(&[]);
    assert!(report.ready);
    assert_eq!(report.set_up, State::Done);
    assert_eq!(report.ends.map(|end| end.to_string()).as_deref(), Some("2027-01-15T10:00:00Z"));
    insta::assert_snapshot!(shown(&report), @"
    ok  set-up: done
    ok  module: loaded
    ok  device: /dev/nitro_enclaves
    ok  packages: 1.4.2-0.amzn2023.x86_64
    ok  blobs: 6 files
    ok  groups: ne, docker
    ok  allocator file: 2 CPUs, 1024 MiB
    ok  docker: active, enabled
    ok  allocator: active, enabled
    ok  memory: 1024 MiB set aside
    ok  enclaves: none runs
    ok  disk: 14354 MiB free
    ok  end: 2027-01-15T10:00:00Z, in 2h
    ");
}

#[test]
fn each_thing_that_is_not_so_is_said_with_its_mend() {
    let units = "Id=docker.service\nActiveState=failed\nUnitFileState=enabled\n\n\
                 Id=nitro-enclaves-allocator.service\nActiveState=inactive\nUnitFileState=\n";
    let cases: &[&[(&str, &str, u8)]] = &[
        &[("device", "", 1)],
        &[("module", "", 1)],
        &[("packages", "aws-nitro-enclaves-cli-devel-1.4.2-0.amzn2023.x86_64\npackage … is not installed\n", 1)],
        &[("blobs", "ls: cannot access\n", 2)],
        &[("groups", "ec2-user docker\n", 0)],
        &[("units", units, 0)],
        &[("allocator", "memory_mib: 1024\ncpu_count: 2\n", 0)],
        &[("allocator", "---\nmemory_mib: 512\ncpu_count: 2\n", 0)],
        &[("allocator", "cat: no such file\n", 1)],
        &[("memory", "MemTotal:        7843124 kB\nHugetlb:         1048575 kB\n", 0)],
        &[("memory", "", 1)],
        &[("enclaves", "sudo: a password is required\n", 1)],
        &[("enclaves", "{}\n", 0)],
        &[("disk", "Filesystem\n/dev/nvme0n1p1 16699372 16699372 1048575 100% /\n", 0)],
        &[("disk", "", 1)],
        &[("end", "cat: no such file\n", 1)],
        &[
            ("setup-still", "", 1),
            ("setup", "device unchanged\npackages failed\nend failed\n", 0),
            ("log", "working\nError: no match\n\n", 0),
        ],
        &[("setup", "device unchanged\n", 0), ("setup-still", "", 1)],
        &[("setup-still", "device unchanged\n", 0)],
    ];
    let said = cases.iter().map(|changes| {
        let report = report(changes);
        assert!(!report.ready, "{changes:?}");
        let failed = report.failed().cloned().collect();
        shown(&Report { checks: failed, ..report })
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n"), @"
    NOT device: there is no /dev/nitro_enclaves → launch it anew with enclaves enabled: `iac instance terminate`, then `iac instance create`
    NOT module: the kernel has not loaded `nitro_enclaves` → `iac host status --fix`
    NOT packages: not installed: aws-nitro-enclaves-cli → `iac host status --fix`
    NOT blobs: missing in /usr/share/nitro_enclaves/blobs: a kernel, cmdline, init → `iac deploy run 'sudo dnf reinstall -y aws-nitro-enclaves-cli-devel'`
    NOT groups: the login user is not in ne → `iac host status --fix`
    NOT docker: failed, enabled → `iac host status --fix`
    NOT allocator: not installed → `iac host status --fix`
    NOT end: 2027-01-15T10:00:00Z, but its timer does not run → `iac host status --fix`
    NOT allocator file: no line is exactly `---`, and all before it is ignored → `iac host status --fix`
    NOT allocator file: 2 CPUs, 512 MiB; wanted: 2 CPUs, 1024 MiB → `iac host status --fix`
    NOT allocator file: there is no /etc/nitro_enclaves/allocator.yaml → `iac host status --fix`
    NOT memory: 1023 MiB set aside; wanted: 1024 MiB → `iac host status --fix`; where memory is too scattered, reboot first; or lower `memory_mib`
    NOT memory: 0 MiB set aside; wanted: 1024 MiB → `iac host status --fix`; where memory is too scattered, reboot first; or lower `memory_mib`
    NOT enclaves: `nitro-cli describe-enclaves` does not answer → `iac host status --fix`
    NOT enclaves: `nitro-cli describe-enclaves` answers something else than enclaves → `iac host status --fix`
    NOT disk: 1023 MiB free → remove what is not needed, or launch with a larger `volume_gib`
    NOT disk: how much is free cannot be read → remove what is not needed, or launch with a larger `volume_gib`
    NOT end: the host has written none → `iac host status --fix`
    NOT set-up: failed at packages: Error: no match → `iac host status --fix`
    NOT set-up: under way → wait; see how far it is with `iac deploy run 'cat /var/log/iac-setup.log'`
    NOT set-up: cut off → `iac host status --fix`
    ");
}

#[test]
fn a_host_that_needs_no_set_up_may_have_none() {
    let prepared = report(&[("setup", "cat: no such file\n", 1), ("setup-still", "", 66)]);
    assert_eq!((prepared.ready, prepared.set_up), (true, State::None));
    let ordinary = Wanted { enclaves: None, ttl: None, ..wanted() };
    let said = "@begin disk\nFilesystem\n/dev/a 1 1 2000000 1% /\n\n@end disk 0\n@begin log\n\n@end log 1\n";
    let report = Report::of(&ordinary, &Facts::read(said).expect("a whole answer"));
    assert_eq!(shown(&report), "ok  disk: 1953 MiB free");
}

#[test]
fn enclaves_are_told_by_name() {
    let described = r#"[{"EnclaveName": "app", "EnclaveID": "i-1-enc1", "ProcessID": 7, "EnclaveCID": 16,
        "NumberOfCPUs": 2, "CPUIDs": [1, 3], "MemoryMiB": 1024, "State": "RUNNING", "Flags": "NONE",
        "Measurements": {"HashAlgorithm": "Sha384"}}]"#;
    let report = report(&[("enclaves", described, 0)]);
    assert!(report.ready);
    assert_eq!((report.enclaves[0].name.as_deref(), report.enclaves[0].memory_mib), (Some("app"), 1024));
}
