//! The name that leads to the instance: in the right zone, never in the place of somebody else's.

use super::{DOWN, PLAN, QUICK_UP, STATUS, actions, live};
use crate::harness::Laptop;
use crate::policy::printed;

const NAME: &str = "dev.example.org";

fn laptop() -> (Laptop, String) {
    let laptop = Laptop::new();
    laptop.configure(&format!("fqdn = \"{NAME}\"\n"));
    let zone = laptop.aws().zone("example.org", false);
    (laptop, zone)
}

fn address(laptop: &Laptop) -> String {
    live(laptop)[0]["public_ip"].as_str().unwrap().to_owned()
}

#[test]
fn a_name_follows_the_instance_and_goes_with_it() {
    let (laptop, zone) = laptop();
    laptop.aws().zone("org", false);
    let id = laptop.iac(QUICK_UP).ok().json()["instance"]["id"].as_str().unwrap().to_owned();
    let (first, mark) = (address(&laptop), "_iac.dev.example.org. TXT \"iac:environment=nitro-dev\"");
    assert_eq!(laptop.aws().records(&zone), [mark.to_owned(), format!("{NAME}. A {first}")]);
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    laptop.aws().call("StopInstances", &[("InstanceId.1", &id)]);
    assert_eq!(actions(&laptop.iac(QUICK_UP).ok().json()), ["start_instance", "create_record"]);
    assert_ne!(address(&laptop), first);
    assert_eq!(laptop.aws().records(&zone)[1], format!("{NAME}. A {}", address(&laptop)));
    assert!(actions(&laptop.iac(DOWN).ok().json()).contains(&"delete_record"));
    assert_eq!(laptop.aws().records(&zone), Vec::<String>::new());
}

#[test]
fn a_name_that_the_settings_no_longer_say_is_not_left_behind() {
    let (laptop, zone) = laptop();
    let _ = laptop.iac(QUICK_UP).ok();
    laptop.configure("fqdn = \"new.example.org\"\n");
    assert_eq!(actions(&laptop.iac(QUICK_UP).ok().json()), ["delete_record", "create_record"]);
    let mark = "_iac.new.example.org. TXT \"iac:environment=nitro-dev\"".to_owned();
    assert_eq!(laptop.aws().records(&zone), [mark, format!("new.example.org. A {}", address(&laptop))]);
    laptop.configure("");
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    assert_eq!(laptop.iac(STATUS).ok().json()["record"]["name"], "new.example.org");
    assert!(actions(&laptop.iac(DOWN).ok().json()).contains(&"delete_record"));
    assert_eq!(laptop.aws().records(&zone), Vec::<String>::new());
}

#[test]
fn the_record_of_somebody_else_is_untouched() {
    let (laptop, zone) = laptop();
    laptop.aws().record(&zone, NAME, "A", "198.51.100.9");
    let before = laptop.aws().records(&zone);
    laptop.iac(QUICK_UP).fails("record_not_ours");
    assert!(live(&laptop).is_empty(), "nothing is made that could not be finished");
    let _ = laptop.iac(["instance", "create"]).fails("key_missing");
    let down = laptop.iac(DOWN).ok().json();
    assert_eq!(down["kept"][0]["resource"], format!("record `{NAME}`"));
    laptop.iac(["dns", "delete"]).fails("record_not_ours");
    assert_eq!(laptop.aws().records(&zone), before);
    let _ = laptop.iac(["dns", "delete", "--force"]).ok();
    assert_eq!(laptop.aws().records(&zone), Vec::<String>::new());
}

#[test]
fn a_name_without_one_right_zone_says_so() {
    let laptop = Laptop::new();
    laptop.configure(&format!("fqdn = \"{NAME}\"\n"));
    laptop.aws().zone("example.org", true);
    laptop.iac(QUICK_UP).fails("zone_missing");
    laptop.iac(["dns", "describe"]).fails("zone_missing");
    let zones = [laptop.aws().zone("example.org", false), laptop.aws().zone("example.org", false)];
    let refused = laptop.iac(["dns", "describe"]).fails("zone_ambiguous");
    assert!(zones.iter().all(|zone| refused.stderr.contains(zone)), "{}", refused.stderr);
}

#[test]
fn a_record_is_made_listed_shown_and_deleted_by_itself() {
    let (laptop, zone) = laptop();
    laptop.iac(["dns", "create"]).fails("instance_missing");
    laptop.iac(["dns", "delete"]).fails("record_missing");
    laptop.configure("");
    let _ = laptop.iac(QUICK_UP).ok();
    let named = |verb: &'static str| ["dns", verb, "--fqdn", NAME];
    let made = laptop.iac(named("create")).ok().json();
    assert_eq!(
        (&made["fqdn"], &made["ip"], &made["record_type"]),
        (&NAME.into(), &address(&laptop).into(), &"A".into())
    );
    assert_eq!(made["environment"], "nitro-dev");
    assert_eq!(laptop.iac(named("describe")).ok().json(), made);
    assert_eq!(laptop.iac(["dns", "list"]).ok().json(), serde_json::json!([made]));
    laptop.iac(["dns", "create", "--fqdn", NAME, "--instance-name", "other"]).fails("instance_missing");
    let _ = laptop.iac(named("delete")).ok();
    assert_eq!(laptop.aws().records(&zone), Vec::<String>::new());
    assert_eq!(laptop.iac(["dns", "list"]).ok().json(), serde_json::json!([]));
}

#[test]
fn a_record_whose_environment_is_gone_is_left_over() {
    let (laptop, zone) = laptop();
    let _ = laptop.iac(QUICK_UP).ok();
    let left = |laptop: &Laptop| laptop.iac(["status", "--all"]).ok().json()[0]["leftovers"].clone();
    assert_eq!(left(&laptop), serde_json::json!([]), "its environment is live");
    // From another region the environment is seen too.
    let elsewhere = laptop.iac(["status", "--all", "--region", "eu-west-1"]).ok().json();
    assert_eq!(elsewhere[0]["leftovers"], serde_json::json!([]));
    let mark = ["TXT", "\"iac:environment=gone\""];
    laptop.aws().record(&zone, "_iac.old.example.org", mark[0], mark[1]);
    laptop.aws().record(&zone, "old.example.org", "A", "198.51.100.9");
    let before = laptop.aws().records(&zone);
    let found = left(&laptop);
    assert_eq!((&found[0]["kind"], &found[0]["id"]), (&"record".into(), &"old.example.org".into()));
    let _ = laptop.iac(["down", "--leftovers", "--yes"]).ok();
    let after = laptop.aws().records(&zone);
    assert_eq!(after, before.into_iter().filter(|set| !set.contains("old.")).collect::<Vec<_>>());
}

#[test]
fn names_that_were_made_besides_follow_the_instance_and_go_with_it() {
    let (laptop, zone) = laptop();
    let _ = laptop.iac(QUICK_UP).ok();
    for name in ["also.example.org", "third.example.org"] {
        let _ = laptop.iac(["dns", "create", "--fqdn", name]).ok();
    }
    assert_eq!(actions(&laptop.iac(PLAN).ok().json()), Vec::<&str>::new());
    // Its instance ended by itself, and AWS has forgotten it: the group still tells the names.
    let id = laptop.aws().instances()[0]["id"].as_str().unwrap().to_owned();
    laptop.aws().call("DeleteTags", &[("ResourceId.1", &id), ("Tag.1.Key", "bky:iac:environment")]);
    laptop.aws().call("TerminateInstances", &[("InstanceId.1", &id)]);
    let plan = laptop.iac(PLAN).ok().json();
    assert_eq!(actions(&plan), ["launch_instance", "create_record", "create_record", "create_record"]);
    let _ = laptop.iac(QUICK_UP).ok();
    let leads = |name: &str| format!("{name}. A {}", address(&laptop));
    let records = laptop.aws().records(&zone);
    for name in [NAME, "also.example.org", "third.example.org"] {
        assert!(records.contains(&leads(name)), "{name}: {records:?}");
    }
    // Another laptop, whose settings know none of the names, takes all of them away.
    laptop.configure("");
    let _ = laptop.iac(DOWN).ok();
    assert_eq!(laptop.aws().records(&zone), Vec::<String>::new());
}

#[test]
fn a_name_that_is_refused_is_told_by_no_tag_and_one_of_somebody_else_stays() {
    let (laptop, zone) = laptop();
    laptop.configure("");
    let _ = laptop.iac(QUICK_UP).ok();
    laptop.aws().record(&zone, NAME, "A", "198.51.100.9");
    let before = laptop.aws().changes();
    laptop.iac(["dns", "create", "--fqdn", NAME]).fails("record_not_ours");
    assert_eq!(laptop.aws().changes(), before);
    let _ = laptop.iac(["dns", "create", "--fqdn", "also.example.org"]).ok();
    let _ = laptop.iac(["instance", "terminate"]).succeeds();
    let _ = laptop.iac(DOWN).ok();
    assert_eq!(laptop.aws().records(&zone), [format!("{NAME}. A 198.51.100.9")]);
}

#[test]
fn without_rights_in_route_53_everything_else_goes_and_the_record_is_named() {
    let (mut laptop, zone) = laptop();
    let name = "also.example.org";
    laptop.configure("");
    // Where no name was ever made, nobody asks for zones.
    let rights = printed(&laptop, &[]);
    laptop.act_with(&rights);
    let _ = laptop.iac(QUICK_UP).ok();
    laptop.set("BKY_IAC_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE");
    let _ = laptop.iac(["dns", "create", "--fqdn", name]).ok();
    laptop.act_with(&rights);
    let _ = laptop.iac(STATUS).ok();
    let down = laptop.iac(DOWN).ok();
    assert_eq!(down.json()["kept"][0]["resource"], format!("record `{name}`"));
    assert_eq!(laptop.aws().records(&zone).len(), 2);

    laptop.set("BKY_IAC_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE");
    let _ = laptop.iac(QUICK_UP).ok();
    let _ = laptop.iac(["dns", "create", "--fqdn", name]).ok();
    // The rights of the configuration that knows another name: they may look, and change only that one.
    laptop.configure(&format!("fqdn = \"{NAME}\"\n"));
    let named = printed(&laptop, &[]);
    laptop.act_with(&named);
    let failed = laptop.iac(DOWN).fails("something_left");
    assert!(failed.stderr.contains(&format!("iac dns delete --fqdn {name}")), "{}", failed.stderr);
    assert!(laptop.aws().security_groups().is_empty() && live(&laptop).is_empty());
    assert_eq!(laptop.aws().records(&zone).len(), 2);
}
