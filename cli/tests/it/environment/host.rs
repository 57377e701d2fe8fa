//! What `status` says of the host, as far as this machine can ask it.

use std::fs;

use serde_json::Value;

use super::{QUICK_UP, STATUS, UP, live};
use crate::harness::Laptop;
use crate::host::root_of;

fn code(laptop: &Laptop) -> Option<i32> {
    laptop.iac(["status", "--check"]).status.code()
}

#[test]
fn a_status_tells_whether_the_host_is_ready_and_how_long_it_has() {
    let laptop = Laptop::new();
    laptop.configure("ttl = \"10h\"\n");
    let _ = laptop.iac(UP).ok();
    assert_eq!(laptop.iac(STATUS).ok().json()["host"]["ready"], true);
    let text = laptop.iac(["status", "--output", "text"]).ok().text();
    assert!(text.contains("host: every check holds\n") && text.contains("time left: "), "{text}");
    assert_eq!(code(&laptop), Some(0));
    fs::remove_file(root_of(&laptop).join("var/lib/sandbox/active/docker.service")).unwrap();
    let host = laptop.iac(STATUS).ok().json()["host"].clone();
    assert_eq!((&host["ready"], &host["failed"][0]["check"]), (&false.into(), &"docker".into()));
    let text = laptop.iac(["status", "--output", "text"]).ok().text();
    assert!(text.contains("host: docker: inactive") && text.ends_with("as wanted, but for the host\n"), "{text}");
    assert_eq!(code(&laptop), Some(3));
}

#[test]
fn a_host_that_does_not_answer_is_not_waited_for() {
    let laptop = Laptop::new();
    let _ = laptop.iac(UP).ok();
    laptop.write("ssh_config", "Host *\nProxyCommand false\n");
    let host = laptop.iac(STATUS).ok().json()["host"].clone();
    assert!(host["ready"] == false && host["reason"].is_string(), "{host}");
    assert_eq!(code(&laptop), Some(3));
}

#[test]
fn an_enclave_that_does_not_fit_any_more_is_a_difference() {
    let laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    laptop.configure("[iac.enclave]\ncpu_count = 64\n");
    let host = laptop.iac(STATUS).ok().json()["host"].clone();
    let reason = host["reason"].as_str().unwrap();
    assert!(host["ready"] == false && reason.contains("does not fit on instance type `c6a.xlarge`"), "{host}");
    assert_eq!(code(&laptop), Some(3));
    let text = laptop.iac(["status", "--output", "text"]).ok().text();
    assert!(text.contains("host: an enclave with 64 CPUs"), "{text}");
}

#[test]
fn a_host_that_cannot_be_asked_from_here_is_no_difference() {
    let laptop = Laptop::new();
    let _ = laptop.iac(UP).ok();
    let known_hosts = laptop.secrets().join("known_hosts");
    let proven = fs::read(&known_hosts).unwrap();
    for (file, reason) in
        [("known_hosts", "its host key is not proven"), ("nitro-dev.pem", "its private key file is not")]
    {
        fs::remove_file(laptop.secrets().join(file)).unwrap();
        let host = laptop.iac(STATUS).ok().json()["host"].clone();
        assert!(host["ready"].is_null() && host["reason"].as_str().unwrap().starts_with(reason), "{host}");
        assert_eq!(code(&laptop), Some(0));
        fs::write(&known_hosts, &proven).unwrap();
    }
    let id = live(&laptop)[0]["id"].as_str().unwrap().to_owned();
    laptop.aws().call("StopInstances", &[("InstanceId.1", &id)]);
    assert_eq!(laptop.iac(STATUS).ok().json()["host"], Value::Null);
}
