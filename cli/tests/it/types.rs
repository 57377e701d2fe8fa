//! `iac types` on the whole catalogue, and `instance create` where the type does not fit.

mod images;
mod refusals;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Laptop, Run, output};

/// Facts of every type, as `nitro`'s own tests have them.
const FACTS: &str = include_str!("../../../nitro/tests/sizing/data/types.csv");

fn names(run: &Run) -> Vec<String> {
    run.json().as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap().to_owned()).collect()
}

fn named<'a>(types: &'a Value, name: &str) -> &'a Value {
    types.as_array().unwrap().iter().find(|each| each["name"] == name).unwrap_or_else(|| panic!("no `{name}`"))
}

/// The types with room for an enclave of these CPUs and this memory, by facts alone.
fn with_room(architecture: &str, cpus: u64, memory: u64) -> BTreeSet<String> {
    let fitting = FACTS.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |index: usize| fields[index].parse::<u64>().unwrap();
        let (vcpus, threads, has) = (number(1), number(3), number(4));
        let cores_left = vcpus / threads - cpus.div_ceil(threads).min(vcpus / threads);
        let memory_left = has.saturating_sub(memory.next_multiple_of(2));
        let supported = fields[5].split('+').any(|each| each == architecture) && fields[6..] == ["supported", "false"];
        (supported && cores_left > 0 && memory_left * 16 >= 512 * 16 + has).then(|| fields[0].to_owned())
    });
    fitting.collect()
}

#[test]
fn what_fits_is_listed_by_size_and_all_of_it() {
    let laptop = Laptop::new();
    let run = laptop.iac(["types"]).ok();
    let listed = names(&run);
    assert_eq!(listed[..4], ["c5a.xlarge", "c6a.xlarge", "c6i.xlarge", "c6in.xlarge"]);
    let (types, zones) = (run.json(), |each: &Value| each["zones"].as_array().unwrap().len());
    assert!(
        types.as_array().unwrap().iter().all(|each| each["reasons"] == Value::Array(Vec::new()) && zones(each) > 0)
    );
    let allocator = &named(&types, "c6a.xlarge")["allocator"];
    assert_eq!((&allocator["cpu_count"], &allocator["parent_vcpus"]), (&2.into(), &2.into()));
    // What has room and is missing here has no zone in this region; `--all` says so.
    let all = laptop.iac(["types", "--all"]).ok();
    assert_eq!(names(&all).into_iter().collect::<BTreeSet<_>>().len(), 1395);
    assert_eq!(names(&all)[..listed.len()], listed, "the others come behind those that fit");
    let all = all.json();
    for name in with_room("x86_64", 2, 1024).difference(&listed.into_iter().collect()) {
        assert_eq!(named(&all, name)["reasons"][0]["rule"], "offer", "{name}");
        assert_eq!(zones(named(&all, name)), 0, "{name}");
    }
}

#[test]
fn a_larger_enclave_on_the_other_architecture_fits_where_the_facts_say() {
    let laptop = Laptop::new();
    let words = ["types", "--arch", "arm64", "--cpu-count", "15", "--memory-mib", "30001", "--all"];
    let all = laptop.iac(words).ok().json();
    let rules = |each: &Value| -> Vec<String> {
        let reasons = each["reasons"].as_array().unwrap().iter();
        reasons.map(|reason| reason["rule"].as_str().unwrap().to_owned()).filter(|rule| rule != "offer").collect()
    };
    let each = all.as_array().unwrap().iter();
    let fitting = each.filter(|each| rules(each).is_empty()).map(|each| each["name"].as_str().unwrap().to_owned());
    assert_eq!(fitting.collect::<BTreeSet<_>>(), with_room("arm64", 15, 30001));
    assert_eq!(rules(named(&all, "t3.micro")), ["support", "architecture", "cpus", "memory"]);
    let reason = &named(&all, "m6g.2xlarge")["reasons"][0]["reason"];
    assert_eq!(reason, "8 vCPUs missing: 15 for enclaves and 1 for the parent, of 8");
}

#[test]
fn settings_say_what_is_wanted_and_flags_beat_them() {
    let laptop = Laptop::new();
    laptop.configure("[iac.enclave]\ncpu_count = 14\nmemory_mib = 2048\n");
    let smallest = |words: &[&str]| laptop.iac([&["types"], words].concat()).ok().json()[0].clone();
    let configured = smallest(&[]);
    assert_eq!((&configured["name"], &configured["allocator"]["memory_mib"]), (&"c5a.4xlarge".into(), &2048.into()));
    assert_eq!(smallest(&["--cpu-count", "2"])["name"], "c5a.xlarge");
    let four = smallest(&["--cpu-count", "4", "--enclaves", "4"]);
    assert_eq!((&four["allocator"]["cpu_count"], &four["allocator"]["memory_mib"]), (&16.into(), &8192.into()));
    let _ = laptop.iac(["types", "--enclaves", "5"]).fails("usage");
    assert_eq!(laptop.iac(["types", "--cpu-count", "4000"]).ok().json(), Value::Array(Vec::new()));
}

#[test]
fn everything_is_asked_in_one_round() {
    let laptop = Laptop::new();
    laptop.iac(["types"]).ok();
    let requests = laptop.aws().requests();
    let following: Vec<_> = requests.iter().filter(|request| request.get("NextToken").is_some()).collect();
    assert_eq!(following, Vec::<&_>::new(), "no page waits for another");
    // A busy machine may answer one so late that it is asked again.
    let of = |action: &str| {
        let asked = requests.iter().filter(|request| request.action == action);
        asked.map(|request| &request.parameters).collect::<BTreeSet<_>>().len()
    };
    assert_eq!((of("DescribeInstanceTypes"), of("DescribeInstanceTypeOfferings")), (18, 18));
}

#[test]
fn text_fits_a_terminal_of_eighty_columns() {
    let laptop = Laptop::new();
    let line = format!(
        "stty cols 80 rows 24; '{}' types --all --cpu-count 3 --output text 2>/dev/null",
        env!("CARGO_BIN_EXE_iac")
    );
    let output = output(laptop.command("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let from = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
    let others = lines.iter().rposition(|line| line.starts_with("TYPE ")).unwrap();
    let shown = [
        &lines[from("TYPE ")..][..3],
        &lines[others..][..3],
        &lines[from("c6a.xlarge ")..][..1],
        &lines[lines.len() - 1..],
    ];
    insta::assert_snapshot!(shown.concat().join("\n"), @r"
    TYPE              VCPUS  MEMORY    ARCHITECTURE  ZONES OF us-east-1
    c7a.xlarge        4      8 GiB     x86_64        a b c d f
    c8a.xlarge        4      8 GiB     x86_64        a b c d f
    TYPE                 VCPUS  MEMORY     WHY NOT
    t2.nano              1      512 MiB    it does not support enclaves; 3 vCPUs
                                           missing: 3 for enclaves and 1 for the
    c6a.xlarge           4      8 GiB      2 vCPUs missing: 4 for enclaves and 2 for
    u7in-32tb.224xlarge  896    32768 GiB  it does not support enclaves
    ");
}
