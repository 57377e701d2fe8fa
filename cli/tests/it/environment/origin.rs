//! An instance that carries the environment's tags and was started from an image which no launch takes.

use super::{DOWN, PLAN, QUICK_UP, STATUS, actions};
use crate::harness::{Fault, Laptop, When};

/// Gives an instance from a colleague's own image the tags of the environment; returns the instance and the image.
fn planted(laptop: &Laptop) -> (String, String) {
    let aws = laptop.aws();
    let source = aws.foreign_instance(&[]);
    let image = aws.made("CreateImage", &[("InstanceId", &source), ("Name", "trojan")], "imageId");
    let launch = [("ImageId", &*image), ("InstanceType", "c6a.xlarge"), ("MinCount", "1"), ("MaxCount", "1")];
    let tags = [("bky:iac:environment", "nitro-dev"), ("Name", "nitro-dev")];
    (aws.launched_from(&launch, &tags), image)
}

#[test]
fn an_instance_from_a_stranger_s_image_is_told_by_all_who_look() {
    let laptop = Laptop::new();
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
    let (id, image) = planted(&laptop);
    let told =
        format!("instance {id} was started from image {image} of account 123456789012, not from one of Amazon's");
    let plan = laptop.iac(PLAN).ok().json();
    assert_eq!(plan["strangers"][0]["image"], image.as_str(), "{plan:#}");
    assert_eq!(laptop.iac(STATUS).ok().json()["drift"]["strangers"], plan["strangers"]);
    for words in ["plan", "status", "doctor"] {
        let text = laptop.iac([words, "--output", "text"]).text();
        assert!(text.contains(&told), "{words}: {text}");
    }
    laptop.configure(&format!("image = \"{image}\"\n"));
    assert_eq!(laptop.iac(PLAN).ok().json()["strangers"], serde_json::json!([]), "the settings name it");
}

#[test]
fn an_instance_of_our_own_is_told_of_nowhere_and_no_right_to_look_is_no_failure() {
    let mut laptop = Laptop::new();
    let _ = laptop.iac(QUICK_UP).ok();
    assert_eq!(laptop.iac(PLAN).ok().json()["strangers"], serde_json::json!([]));
    let proxy = laptop.proxy();
    proxy.fault(When::Action("DescribeImages"), Fault::Refuse(403, "UnauthorizedOperation", "not allowed"));
    let status = laptop.iac(["-v", "status"]).succeeds();
    let note = "whose image the instance was started from is not known";
    assert!(status.stderr.contains(note), "{}", status.transcript());
    let down = laptop.iac(DOWN).ok().json();
    assert!(actions(&down).contains(&"terminate_instance"), "{down:#}");
}
