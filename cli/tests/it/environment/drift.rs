//! What somebody changed beside `iac`, and what the settings say otherwise: mended in place, or refused with the reason.

use super::{DOWN, PLAN, QUICK_UP, actions, assert_nothing_left, assert_whole, live};
use crate::harness::{Laptop, tags};

fn up() -> (Laptop, String) {
    let laptop = Laptop::new();
    let id = laptop.iac(QUICK_UP).ok().json()["instance"]["id"].as_str().unwrap().to_owned();
    (laptop, id)
}

#[test]
fn rules_and_tags_are_mended_in_place() {
    let (laptop, id) = up();
    let group = laptop.aws().security_groups()[0]["id"].as_str().unwrap().to_owned();
    laptop.configure("ssh_from = [\"198.51.100.0/24\"]\ntags = { team = \"red\" }\n");
    let plan = laptop.iac(PLAN).ok().json();
    assert_eq!(actions(&plan), ["change_rules", "tag", "tag", "tag", "tag"]);
    let reason = plan["steps"][0]["reason"].as_str().unwrap();
    assert!(reason.ends_with("is open to 203.0.113.7/32, wanted 198.51.100.0/24"), "{reason}");
    let _ = laptop.iac(QUICK_UP).ok();
    assert_whole(&laptop);
    assert_eq!(live(&laptop)[0]["id"], *id, "the instance is the same");
    assert_eq!(tags(&live(&laptop)[0])["team"], "red");
    assert_eq!(laptop.aws().security_groups()[0]["id"], *group);
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
}

#[test]
fn a_stopped_instance_is_started() {
    let (laptop, id) = up();
    laptop.aws().call("StopInstances", &[("InstanceId.1", &id)]);
    assert_eq!(actions(&laptop.iac(QUICK_UP).ok().json()), ["start_instance"]);
    assert_eq!((live(&laptop)[0]["id"].as_str(), live(&laptop)[0]["state"].as_str()), (Some(&*id), Some("running")));
}

#[test]
fn enclaves_are_switched_on_only_where_a_restart_is_allowed() {
    let (laptop, id) = {
        let laptop = Laptop::new();
        laptop.configure("instance_kind = \"standard\"\ninstance_type = \"c6a.xlarge\"\n");
        let id = laptop.iac(QUICK_UP).ok().json()["instance"]["id"].as_str().unwrap().to_owned();
        (laptop, id)
    };
    laptop.configure("");
    let changes = laptop.aws().changes();
    let refused = laptop.iac(QUICK_UP).fails("permission_needed");
    assert!(refused.stderr.contains("--allow-restart") && refused.stderr.contains("enclaves are not enabled"));
    assert_eq!(laptop.aws().changes(), changes);
    let done = laptop.iac(QUICK_UP.iter().chain(&["--allow-restart"])).ok().json();
    assert_eq!(actions(&done), ["switch_enclaves"]);
    assert_eq!((done["instance"]["id"].as_str(), &done["instance"]["nitro"]), (Some(&*id), &true.into()));
    assert_eq!(done["instance"]["state"], "running");
}

#[test]
fn what_needs_a_new_instance_is_refused_with_its_reason_and_replaced_when_allowed() {
    let (laptop, id) = up();
    laptop.configure("instance_type = \"c6a.2xlarge\"\n");
    let refused = laptop.iac(QUICK_UP).fails("permission_needed");
    assert!(refused.stderr.contains("its type is `c6a.xlarge`, wanted `c6a.2xlarge`"), "{}", refused.stderr);
    laptop.iac(QUICK_UP.iter().chain(&["--allow-restart"])).fails("permission_needed");
    assert_eq!(live(&laptop)[0]["id"], *id);
    let done = laptop.iac(QUICK_UP.iter().chain(&["--replace"])).ok().json();
    assert_eq!(actions(&done), ["terminate_instance", "launch_instance"]);
    assert_eq!(done["instance"]["instance_type"], "c6a.2xlarge");
    assert_whole(&laptop);
    let _ = laptop.iac(DOWN).ok();
    assert_nothing_left(&laptop);
}

#[test]
fn an_instance_that_was_copied_with_its_tags_is_not_chosen_for_the_user() {
    let (laptop, _) = up();
    laptop.aws().foreign_instance(&[("bky:iac:environment", "nitro-dev"), ("Name", "nitro-dev")]);
    laptop.iac(QUICK_UP).fails("instance_ambiguous");
    assert_eq!(live(&laptop).len(), 2);
    let _ = laptop.iac(DOWN).ok();
    assert!(live(&laptop).is_empty(), "both carry the environment's tag");
}

#[test]
fn what_a_launch_alone_decides_is_compared_where_it_is_set() {
    let (laptop, _) = up();
    laptop.aws().instance_profile("web");
    let subnet = laptop.aws().requests_of("RunInstances")[0].get("SubnetId").unwrap().to_owned();
    laptop.configure(&format!("subnet_id = \"{subnet}\"\nvolume_gib = 8\n"));
    assert_eq!(laptop.iac(["plan", "--check"]).status.code(), Some(0));
    let zones = ["us-east-1a", "us-east-1b"].map(|zone| {
        let filter = [("Filter.1.Name", "availability-zone"), ("Filter.1.Value.1", zone)];
        laptop.aws().made("DescribeSubnets", &filter, "subnetId")
    });
    let another = zones.iter().find(|other| **other != subnet).unwrap();
    let settings = [
        (format!("subnet_id = \"{another}\"\n"), "its subnet is `subnet-"),
        ("volume_gib = 32\n".to_owned(), "its volume has 16 GiB, wanted 32"),
        ("instance_profile = \"web\"\n".to_owned(), "its instance profile is `none`, wanted `web`"),
    ];
    for (setting, reason) in settings {
        laptop.configure(&setting);
        let refused = laptop.iac(QUICK_UP).fails("permission_needed");
        assert!(refused.stderr.contains(reason), "{}", refused.stderr);
    }
    let _ = laptop.iac(QUICK_UP.iter().chain(&["--replace"])).ok();
    assert_eq!(laptop.iac(["plan", "--check"]).status.code(), Some(0), "the profile is there");
}

#[test]
fn an_image_that_aws_chooses_moves_by_itself() {
    let (laptop, _) = up();
    let newest = "ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
    laptop.configure(&format!("image = \"{newest}\"\n"));
    let looks = || laptop.aws().requests_of("DescribeImages").len();
    let before = looks();
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    assert_eq!(looks(), before + 1, "whose it is counts as it does without `image`");
}
