//! The commands whose calls are broken.

use crate::harness::{Laptop, launched};
use crate::key::{nothing_is_left, one_pair_is_whole};
use crate::security_group::{id, let_in};

use super::job::Job;

pub(super) const KEY_CREATE: Job = Job {
    words: &["key", "create"],
    undo: Some(&["key", "delete"]),
    prepare: |_| (),
    done: one_pair_is_whole,
    done_before: None,
};

pub(super) const KEY_DELETE: Job = Job {
    words: &["key", "delete"],
    undo: None,
    prepare: |laptop| ok(laptop, &["key", "create"]),
    done: nothing_is_left,
    done_before: Some("key_missing"),
};

pub(super) const GROUP_CREATE: Job = Job {
    words: &["security-group", "create"],
    undo: Some(&["security-group", "delete"]),
    prepare: |_| (),
    done: one_group_lets_in,
    done_before: None,
};

/// Sets another list than the one that is there.
pub(super) const GROUP_MEND: Job = Job {
    words: &["security-group", "create", "--ssh-from", "192.0.2.0/24"],
    undo: None,
    prepare: |laptop| ok(laptop, &["security-group", "create"]),
    done: one_group_lets_in,
    done_before: None,
};

pub(super) const GROUP_DELETE: Job = Job {
    words: &["security-group", "delete"],
    undo: None,
    prepare: |laptop| ok(laptop, &["security-group", "create"]),
    done: |laptop| assert!(laptop.aws().security_groups().is_empty()),
    done_before: Some("group_missing"),
};

pub(super) const INSTANCE_CREATE: Job = Job {
    words: &["instance", "create"],
    undo: Some(&["instance", "terminate"]),
    prepare: pair_and_group,
    done: |laptop| assert_eq!(live(laptop), 1),
    done_before: None,
};

pub(super) const INSTANCE_TERMINATE: Job = Job {
    words: &["instance", "terminate"],
    undo: None,
    prepare: |laptop| drop(launched(laptop, &["--wait", "none"])),
    done: |laptop| assert_eq!(live(laptop), 0),
    done_before: Some("instance_missing"),
};

pub(super) const INSTANCE_STOP: Job = Job {
    words: &["instance", "stop"],
    undo: None,
    prepare: |laptop| drop(launched(laptop, &["--wait", "running"])),
    done: |laptop| assert_eq!(states(laptop), ["stopped"]),
    done_before: None,
};

pub(super) const INSTANCE_START: Job = Job {
    words: &["instance", "start"],
    undo: Some(&["instance", "stop"]),
    prepare: |laptop| {
        drop(launched(laptop, &["--no-setup"]));
        ok(laptop, &["instance", "stop"]);
    },
    done: |laptop| assert_eq!(states(laptop), ["running"]),
    done_before: None,
};

/// Moves the end on the host, then the tag.
pub(super) const INSTANCE_EXTEND: Job = Job {
    words: &["instance", "extend", "1h"],
    undo: None,
    prepare: |laptop| drop(launched(laptop, &["--ttl", "10h"])),
    done: |laptop| {
        let described = laptop.iac(["instance", "describe"]).ok().json();
        assert!(described["tags"].to_string().contains("bky:iac:ends"), "{described}");
    },
    done_before: None,
};

/// Copies a file; what it makes lies on the instance.
pub(super) const DEPLOY_COPY: Job = on_an_instance(&["deploy", "copy", ".config/bky/iac/config.toml", "copied"]);

/// Copies a file back; what it makes lies on this machine.
pub(super) const DEPLOY_FETCH: Job = on_an_instance(&["deploy", "fetch", "--replace", "/proc/version", "fetched"]);

/// The commands that change nothing on AWS.
pub(super) const READING: [Job; 9] = [
    on_an_instance(&["key", "list"]),
    on_an_instance(&["security-group", "list"]),
    on_an_instance(&["instance", "list"]),
    on_an_instance(&["instance", "describe"]),
    on_an_instance(&["instance", "wait"]),
    on_an_instance(&["instance", "console"]),
    on_an_instance(&["ssh", "--config"]),
    on_an_instance(&["ssh", "--", "true"]),
    on_an_instance(&["deploy", "run", "true"]),
];

const fn on_an_instance(words: &'static [&'static str]) -> Job {
    let prepare = |laptop: &Laptop| drop(launched(laptop, &[]));
    Job { words, undo: None, prepare, done: |laptop| assert_eq!(live(laptop), 1), done_before: None }
}

fn ok(laptop: &Laptop, words: &[&str]) {
    let _ = laptop.iac(words).ok();
}

fn pair_and_group(laptop: &Laptop) {
    ok(laptop, &["key", "create"]);
    ok(laptop, &["security-group", "create"]);
}

fn one_group_lets_in(laptop: &Laptop) {
    let groups = laptop.aws().security_groups();
    assert_eq!(groups.len(), 1);
    let networks = let_in(&laptop.aws(), id(&groups[0]));
    assert_eq!(networks.len(), 1, "{networks:?}");
}

fn states(laptop: &Laptop) -> Vec<String> {
    laptop.aws().instances().iter().map(|instance| instance["state"].as_str().unwrap().to_owned()).collect()
}

fn live(laptop: &Laptop) -> usize {
    laptop.aws().instances().iter().filter(|instance| instance["state"] != "shutting-down").count()
}
