//! `iac doctor explain`: codes that were typed, and codes in what nitro-cli printed.

use crate::harness::Laptop;

#[test]
fn a_code_is_explained_without_a_configuration() {
    let laptop = Laptop::offline();
    laptop.write(".config/bky/iac/config.toml", "not toml at all");
    insta::assert_snapshot!(laptop.iac(["doctor", "explain", "E39", "--output", "text"]).ok().text(), @r"
    E39   an enclave process cannot be reached
    cause a socket in `/run/nitro_enclaves` belongs to a process that has gone or to another user: an enclave crashed, or was started with `sudo`
    mend  run the command as the user who started the enclave; remove sockets that no process has, or reboot the host
    ");
    let json = laptop.iac(["doctor", "explain", "e22", "5"]).ok().json();
    assert_eq!((&json[0]["code"], &json[1]["code"]), (&"E22".into(), &"E05".into()));
    assert!(["failed", "cause", "mend"].iter().all(|key| json[0][key].is_string()));
    let _ = laptop.iac(["doctor", "explain", "E61"]).fails("code_unknown");
}

#[test]
fn codes_are_found_in_what_nitro_cli_printed() {
    let laptop = Laptop::offline();
    let output =
        b"Start allocating memory...\n[ E27 ] Insufficient memory available. User provided `memory` is 9000 MB\n\
        If you open a support ticket, please provide the error log found at \"/var/log/nitro_enclaves/err.log\"\n\
        https://docs.aws.amazon.com/enclaves/latest/user/cli-errors.html#E27\n";
    let json = laptop.start_with(["doctor", "explain"], output).finish().ok().json();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["code"]), (1, &"E27".into()));
    let _ = laptop.start_with(["doctor", "explain"], b"all is well").finish().fails("code_unknown");
}
