//! Which servers are trusted: by the system's certificates, by a file that AWS's own settings name, and where there are none.

use crate::harness::Laptop;

/// A machine that has no certificate of any authority.
fn without_certificates(laptop: &mut Laptop) {
    laptop.write("empty/.keep", "");
    laptop.set("SSL_CERT_DIR", laptop.path("empty"));
}

#[test]
fn without_certificates_plain_http_works_and_tls_says_what_is_missing() {
    let mut laptop = Laptop::new();
    without_certificates(&mut laptop);
    laptop.iac(["key", "list"]).ok();
    laptop.iac(["security-group", "create"]).ok();

    let _tls = laptop.tls();
    laptop.iac(["key", "list"]).fails("certificates_missing");
    insta::assert_snapshot!(laptop.iac(["key", "list", "--output", "text"]).transcript());
}

#[test]
fn the_public_address_service_is_trusted_by_the_same_certificates() {
    let mut laptop = Laptop::new();
    let tls = laptop.tls();
    laptop.unset("BKY_IAC_ENDPOINT_URL");
    laptop.set("BKY_IAC_PUBLIC_IP_URL", format!("{}/sandbox/public-ip", tls.endpoint()));
    without_certificates(&mut laptop);
    laptop.iac(["security-group", "create"]).fails("certificates_missing");
    let bundle = laptop.write("authority.pem", tls.authority());
    laptop.set("AWS_CA_BUNDLE", bundle);
    laptop.iac(["security-group", "create"]).ok();
}

#[test]
fn the_authority_of_a_bundle_is_trusted_and_no_other() {
    let mut laptop = Laptop::new();
    let tls = laptop.tls();
    let bundle = laptop.write("authority.pem", tls.authority());
    laptop.iac(["key", "list"]).fails("aws_unreachable");

    laptop.set("AWS_CA_BUNDLE", &bundle);
    laptop.iac(["key", "list"]).ok();
    // The environment is stronger than a profile.
    laptop.write(".aws/config", "[default]\nca_bundle = /no/such/file\n");
    laptop.iac(["key", "list"]).ok();

    laptop.unset("AWS_CA_BUNDLE");
    laptop.write(".aws/config", format!("[default]\nca_bundle = {}\n", bundle.display()));
    laptop.iac(["key", "list"]).ok();

    let other = Laptop::new().tls().authority().to_owned();
    laptop.set("AWS_CA_BUNDLE", laptop.write("other.pem", other));
    let refused = laptop.iac(["key", "list"]).fails("aws_unreachable");
    assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
}

#[test]
fn a_bundle_that_cannot_be_used_is_named() {
    let mut laptop = Laptop::new();
    let _tls = laptop.tls();
    laptop.set("AWS_CA_BUNDLE", laptop.path("nothing.pem"));
    laptop.iac(["key", "list"]).fails("certificates_missing");
    let absent = laptop.iac(["key", "list", "--output", "text"]).transcript();
    laptop.set("AWS_CA_BUNDLE", laptop.write("text.pem", "no certificate\n"));
    laptop.iac(["key", "list"]).fails("certificates_missing");
    let empty = laptop.iac(["key", "list", "--output", "text"]).transcript();
    insta::assert_snapshot!(format!("{absent}{empty}"));
}
