//! What is listed and described, however much there is of it and whatever its name.

use serde_json::json;

use super::{CREATE_RUNNING, ENVIRONMENT, LIST, live, ready};
use crate::harness::{Laptop, NEVER};

#[test]
fn the_documented_fields_are_printed() {
    let laptop = ready();
    let created = laptop.iac(CREATE_RUNNING).ok().json();
    let fields: Vec<&str> = created.as_object().unwrap().keys().map(String::as_str).collect();
    let mut documented = [
        "name",
        "id",
        "state",
        "key_name",
        "tags",
        "public_dns_name",
        "public_ip_address",
        "nitro",
        "instance_type",
        "image_id",
        "availability_zone",
        "launch_time",
    ];
    documented.sort_unstable();
    let mut fields = fields;
    fields.sort_unstable();
    assert_eq!(fields, documented);
    assert_eq!((&created["state"], &created["nitro"]), (&json!("running"), &json!(true)));
    assert_eq!(laptop.iac(["instance", "describe"]).ok().json(), created);
    assert_eq!(laptop.iac(LIST).ok().json(), json!([created]));
}

#[test]
fn a_name_that_is_a_pattern_means_itself() {
    for name in ["nitro-*", "nitro-de?", r"nitro\dev", "\"quoted\" 'name'", "große Maschine"] {
        let laptop = ready();
        let other = laptop.aws().foreign_instance(&[("Name", "nitro-dev"), (ENVIRONMENT, "nitro-dev")]);
        let option = format!("--instance-name={name}");
        let _ = laptop.iac(["instance", "describe", &option]).fails("instance_missing");
        let created = laptop.iac(["instance", "create", "--wait", "running", &option]).ok().json();
        assert_eq!(created["name"], name);
        let described = laptop.iac(["instance", &option, "describe"]).ok().json();
        assert_eq!(described["id"], created["id"], "{name}");
        let _ = laptop.iac(["instance", "terminate", &option]).ok();
        assert_eq!(live(&laptop)[0]["id"], *other, "{name}");
        assert_eq!(live(&laptop).len(), 1, "{name}");
    }
}

/// AWS may answer with fewer than were asked for.
#[test]
fn every_page_of_a_long_listing_is_read() {
    let laptop = Laptop::new();
    laptop.cloud(&json!({"pending": NEVER, "launches_on_a_page": 5}));
    let aws = laptop.aws();
    for _ in 0..12 {
        aws.foreign_instance(&[("Name", "many"), (ENVIRONMENT, "many")]);
    }
    let listed = laptop.iac(LIST).ok().json();
    assert_eq!(listed.as_array().unwrap().len(), 12);
    let pages = aws.requests_of("DescribeInstances").into_iter().filter(|page| page.get("NextToken").is_some());
    assert_eq!(pages.count(), 2, "the second and the third");
}

#[test]
fn text_is_a_table_whose_strings_are_only_text() {
    let laptop = Laptop::new();
    laptop.aws().foreign_instance(&[("Name", "red\u{9b}31m\nalert"), (ENVIRONMENT, "x")]);
    let listed = laptop.iac(["--output", "text", "instance", "list"]).ok();
    assert!(!listed.text().contains('\u{9b}'), "{:?}", listed.text());
    assert_eq!(listed.text().lines().count(), 2, "{}", listed.text());
}
