//! `iac instance`: what its tests have in common; each file below is one side of it.

mod launch;
mod list;
mod power;
mod refusal;
mod termination;

use serde_json::Value;

use crate::harness::{Laptop, until};

const CREATE: [&str; 2] = ["instance", "create"];
const CREATE_RUNNING: [&str; 4] = ["instance", "create", "--wait", "running"];
const TERMINATE: [&str; 2] = ["instance", "terminate"];
const LIST: [&str; 2] = ["instance", "list"];
const ENVIRONMENT: &str = "bky:iac:environment";

/// A machine with a key pair and a group, ready to launch.
fn ready() -> Laptop {
    let laptop = Laptop::new();
    prepare(&laptop);
    laptop
}

fn prepare(laptop: &Laptop) {
    let _ = laptop.iac(["key", "create"]).ok();
    let _ = laptop.iac(["security-group", "create"]).ok();
}

fn live(laptop: &Laptop) -> Vec<Value> {
    let instances = laptop.aws().instances();
    instances.into_iter().filter(|instance| instance["state"] != "shutting-down").collect()
}

fn marker_exists(laptop: &Laptop) -> bool {
    laptop.secrets().join("nitro-dev.launch").exists()
}

/// Looks until AWS has an instance; the run that launches it goes on meanwhile.
fn wait_for_launch(laptop: &Laptop) -> String {
    until("an instance is launched", || !live(laptop).is_empty());
    live(laptop)[0]["id"].as_str().unwrap().to_owned()
}
