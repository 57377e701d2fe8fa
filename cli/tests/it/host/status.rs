//! Hosts laid out for each case, and what `iac host status` says of them.

use std::fs;
use std::path::Path;

use super::{failing, host};

/// A thing that is not as it should be: how to make it so, and the checks that then fail.
type Case = (fn(&Path), &'static [&'static str]);

fn write(root: &Path, file: &str, content: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

const ALLOCATOR: &str = "etc/nitro_enclaves/allocator.yaml";

/// Each case is mended by `--fix` before the next, or by hand where no program can.
const CASES: &[Case] = &[
    (|root| write(root, ALLOCATOR, "memory_mib: 1024\ncpu_count: 2\n"), &["allocator file"]),
    (|root| write(root, ALLOCATOR, "---\nmemory_mib: 1024\n\ncpu_count: 2\n"), &["allocator file"]),
    (|root| write(root, "var/lib/sandbox/meminfo", "Hugetlb: 524288 kB\n"), &["memory"]),
    (|root| write(root, "etc/group", "ec2-user:x:0:\ndocker:x:992:ec2-user\nne:x:991:\n"), &["groups"]),
    (
        |root| fs::rename(root.join("var/lib/sandbox/active/docker.service"), root.join("tmp/docker.service")).unwrap(),
        &["docker"],
    ),
];

#[test]
fn each_case_is_told_and_mended() {
    let (laptop, root) = host(&[]);
    for (number, (lay_out, expected)) in CASES.iter().enumerate() {
        lay_out(&root);
        let status = laptop.iac(["host", "status"]);
        assert_eq!(status.status.code(), Some(1), "case {number}");
        assert_eq!(failing(&status.json()), *expected, "case {number}");
        assert_eq!(laptop.iac(["host", "status", "--fix"]).ok().json()["ready"], true, "case {number}");
    }
}

#[test]
fn what_no_program_mends_is_told_with_what_does() {
    let (laptop, root) = host(&[]);
    fs::remove_file(root.join("dev/nitro_enclaves")).unwrap();
    fs::remove_dir(root.join("sys/module/nitro_enclaves")).unwrap();
    write(&root, "var/lib/sandbox/disk-free", "1000\n");
    write(&root, "var/lib/sandbox/breaks/docker.service", "");
    fs::remove_file(root.join("var/lib/sandbox/active/docker.service")).unwrap();
    let report = laptop.iac(["host", "status", "--fix"]);
    assert_eq!(report.status.code(), Some(1));
    // The set-up ends at the first step, so a service that would fail is not tried.
    assert_eq!(failing(&report.json()), ["set-up", "module", "device", "docker", "disk"]);
    insta::assert_snapshot!(laptop.iac(["--output", "text", "host", "status"]).transcript(), @"
    $ iac --output text host status
    CHECK           RESULT  FOUND                                                                                                                  MEND
    set-up          fails   failed at device: modprobe: FATAL: Module nitro_enclaves not found in directory /lib/modules/6.18.3-7.amzn2023.x86_64  `iac host status --fix`
    module          fails   the kernel has not loaded `nitro_enclaves`                                                                             `iac host status --fix`
    device          fails   there is no /dev/nitro_enclaves                                                                                        launch it anew with enclaves enabled: `iac instance terminate`, then `iac instance create`
    packages        ok      1.4.3-0.amzn2023.x86_64
    blobs           ok      6 files
    groups          ok      ne, docker
    allocator file  ok      2 CPUs, 1024 MiB
    docker          fails   inactive, enabled                                                                                                      `iac host status --fix`
    allocator       ok      active, enabled
    memory          ok      1024 MiB set aside
    enclaves        ok      none runs
    disk            fails   0 MiB free                                                                                                             remove what is not needed, or launch with a larger `volume_gib`
    ! error: 5 of 12 checks fail on i-1: set-up, module, device, docker, disk
    ! hint: mend what can be mended with `iac host status --fix`
    (exit status: 1)
    ");
}

#[test]
fn enclaves_that_run_are_listed_and_keep_what_is_set_aside() {
    let (laptop, root) = host(&[]);
    let enclaves = r#"[{"EnclaveName": "app", "EnclaveID": "i-1-enc1", "ProcessID": 7, "EnclaveCID": 16,
        "NumberOfCPUs": 2, "CPUIDs": [1, 3], "MemoryMiB": 1024, "State": "RUNNING", "Flags": "NONE"}]"#;
    write(&root, "var/lib/sandbox/enclaves.json", enclaves);
    let report = laptop.iac(["host", "status"]).ok().json();
    assert_eq!((&report["enclaves"][0]["name"], &report["enclaves"][0]["state"]), (&"app".into(), &"RUNNING".into()));
    let failed = laptop.iac(["host", "setup", "--memory-mib", "2048"]).fails("set_up_failed");
    assert!(failed.stderr.contains("an enclave runs"), "{}", failed.stderr);
    let _ = laptop.iac(["host", "status", "--fix"]).ok();
}

#[test]
fn what_is_written_over_is_kept() {
    let (laptop, root) = host(&[]);
    let own = "---\n# for the large image\nmemory_mib: 512\ncpu_count: 2\n";
    write(&root, ALLOCATOR, own);
    let mended = laptop.iac(["-v", "host", "status", "--fix"]).succeeds();
    let told = mended.stderr.split('`').find(|word| word.starts_with("/etc/nitro_enclaves/")).unwrap();
    assert_eq!(fs::read_to_string(root.join(&told[1..])).unwrap(), own, "{}", mended.stderr);
    write(&root, ALLOCATOR, own);
    let set_up = laptop.iac(["host", "setup"]).ok().json();
    let kept = set_up["kept"][0].as_str().unwrap();
    assert_eq!(fs::read_to_string(root.join(&kept[1..])).unwrap(), own);
    assert_eq!(laptop.iac(["host", "setup"]).ok().json()["kept"], serde_json::json!([]));
}

/// A login shell that stops is a host that lets one in, and no more.
#[test]
fn a_host_that_lets_one_in_and_hangs_is_waited_for_as_long_as_was_said() {
    let (laptop, _) = host(&["--no-setup", "--ttl", "8h"]);
    let home = laptop.iac(["deploy", "run", "pwd"]).ok().json()["stdout"].as_str().unwrap().trim_end().to_owned();
    fs::write(Path::new(&home).join(".bashrc"), "kill -STOP $$\n").unwrap();
    let status = laptop.iac(["host", "status", "--timeout", "2s"]).fails("timed_out");
    assert!(status.stderr.contains("to answer"), "{}", status.stderr);
    let waited = laptop.iac(["instance", "wait", "--timeout", "2s"]).fails("timed_out");
    assert!(waited.stderr.contains("the server did not answer within"), "{}", waited.stderr);
    let _ = laptop.iac(["instance", "extend", "1h", "--timeout", "2s"]).fails("timed_out");
}

#[test]
fn an_ordinary_instance_is_asked_for_no_enclaves() {
    let (laptop, _) = host(&["--no-nitro"]);
    laptop.configure("instance_kind = \"standard\"\n");
    let report = laptop.iac(["host", "status"]).ok().json();
    assert_eq!(report["checks"].as_array().unwrap().len(), 1);
    let _ = laptop.iac(["host", "setup"]).fails("setting_invalid");
}
