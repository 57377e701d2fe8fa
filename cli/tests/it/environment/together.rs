//! Two runs at once: one instance at the end, or none; never two, and never anything left behind.

use super::{DOWN, QUICK_UP, assert_nothing_left, assert_whole, live};
use crate::harness::Laptop;

/// How often each pair of runs is let loose.
const TIMES: usize = 20;

#[test]
fn two_runs_of_up_on_one_machine_make_one_of_everything() {
    for _ in 0..TIMES {
        let laptop = Laptop::new();
        let (first, second) = (laptop.start(QUICK_UP), laptop.start(QUICK_UP));
        let ids = [first, second].map(|run| run.finish().ok().json()["instance"]["id"].clone());
        assert_eq!(ids[0], ids[1]);
        assert_whole(&laptop);
    }
}

#[test]
fn of_two_machines_the_slower_says_whose_the_key_is() {
    for _ in 0..TIMES {
        let laptop = Laptop::new();
        let elsewhere = laptop.path("elsewhere").display().to_string();
        let there = QUICK_UP.into_iter().chain(["--secrets-folder", &elsewhere]);
        let (here, there) = (laptop.start(QUICK_UP), laptop.start(there));
        let runs = [here.finish(), there.finish()];
        let failed: Vec<_> = runs.iter().filter(|run| !run.status.success()).collect();
        assert_eq!(failed.len(), 1, "one has the key: {runs:#?}");
        let code = failed[0].json()["error"]["code"].clone();
        assert!(code == "key_exists" || code == "key_file_missing", "{code}");
        assert_eq!(
            (live(&laptop).len(), laptop.aws().key_pairs().len(), laptop.aws().security_groups().len()),
            (1, 1, 1)
        );
        let has_key = [laptop.secrets(), laptop.path("elsewhere")].map(|folder| folder.join("nitro-dev.pem").exists());
        assert_eq!(has_key.iter().filter(|has| **has).count(), 1);
        assert!(
            ![laptop.secrets(), laptop.path("elsewhere")]
                .iter()
                .any(|folder| folder.join("nitro-dev.pem.new").exists())
        );
    }
}

#[test]
fn up_against_down_ends_whole_or_with_nothing() {
    for _ in 0..TIMES {
        let laptop = Laptop::new();
        let up = laptop.start(QUICK_UP);
        let down = laptop.start(DOWN);
        let (up, down) = (up.finish(), down.finish());
        assert!(live(&laptop).len() <= 1, "{up:#?}\n{down:#?}");
        let _ = laptop.iac(DOWN).succeeds();
        assert_nothing_left(&laptop);
    }
}
