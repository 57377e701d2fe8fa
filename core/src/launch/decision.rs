//! What `instance create` does about live instances that are already there.

use super::{LaunchToken, LaunchTokens, launch_order};
use crate::observed::Instance;

/// What `instance create` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Create<'a> {
    /// The name is free: launch.
    Launch,
    /// An interrupted run of ours launched this one: wait for it as if it were launched now.
    ///
    /// Where the interrupted run left more than one, this is the earliest and the others are
    /// [surplus](super::surplus).
    Adopt(&'a Instance),
    /// The name is taken by an instance that was finished.
    Exists(&'a Instance),
    /// The name is taken more than once, in the order of launch.
    Ambiguous(Vec<&'a Instance>),
}

/// Decides what `instance create` does, given the live instances that carry the environment's name, our possible tokens
/// and the token of the launch marker, if one is on disk.
///
/// The marker is written before a launch and removed when `create` returns, so an instance that carries the marker's
/// token has not been waited for. Every instance has to carry one of our tokens before any is adopted: adopting makes the
/// others surplus, and an instance that somebody made otherwise is never that. So a marker written for another account or
/// region says nothing either.
#[must_use]
pub fn create_decision<'a>(live: &'a [Instance], tokens: &LaunchTokens, marker: Option<&LaunchToken>) -> Create<'a> {
    let mut instances: Vec<_> = live.iter().collect();
    instances.sort_by(|a, b| launch_order(a, b));
    let is_marked = |instance: &Instance| marker.is_some_and(|marker| carries(instance, marker));
    let all_launched_by_us = || live.iter().all(|instance| tokens.launched(instance));
    match instances.as_slice() {
        [] => Create::Launch,
        [first, ..] if is_marked(first) && all_launched_by_us() => Create::Adopt(first),
        [only] => Create::Exists(only),
        _ => Create::Ambiguous(instances),
    }
}

fn carries(instance: &Instance, token: &LaunchToken) -> bool {
    instance.client_token.as_deref() == Some(token.as_str())
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::launch::launch_token;
    use crate::name::InstanceName;
    use crate::observed::InstanceState;

    pub(in crate::launch) fn instance(id: &str, launched: Option<i64>, token: &str) -> Instance {
        Instance {
            launch_time: launched.map(|second| Timestamp::from_second(second).expect("a time")),
            client_token: Some(token.to_owned()),
            ..Instance::new(id, InstanceState::Running)
        }
    }

    fn token(region: &str, generation: u32) -> LaunchToken {
        launch_token("123456789012", region, &InstanceName::parse("dev").expect("a name"), generation)
    }

    /// Every combination of marker (none, generation 0, generation 1, another region's) and live instances.
    #[test]
    fn the_decision_table_of_create() {
        let possible = LaunchTokens::new("123456789012", "us-east-1", &InstanceName::parse("dev").expect("a name"));
        let tokens = [token("us-east-1", 0), token("us-east-1", 1)];
        let elsewhere = token("eu-west-1", 0);
        let first = instance("i-0first", Some(1), tokens[0].as_str());
        let second = instance("i-1second", Some(2), tokens[1].as_str());
        let twin = instance("i-2twin", Some(3), tokens[0].as_str());
        let by_hand = instance("i-3hand", Some(4), "");
        let older_by_hand = instance("i-4older-hand", Some(0), "");
        let foreign = instance("i-5foreign", Some(5), elsewhere.as_str());
        let markers = [("none", None), ("g0", Some(&tokens[0])), ("g1", Some(&tokens[1])), ("other", Some(&elsewhere))];
        let lives = [
            vec![],
            vec![&first],
            vec![&second],
            vec![&by_hand],
            vec![&foreign],
            vec![&second, &first],
            vec![&twin, &first],
            vec![&first, &by_hand],
            vec![&first, &older_by_hand],
        ];
        let mut table = vec![];
        for live in lives {
            let live: Vec<_> = live.into_iter().cloned().collect();
            let ids: Vec<_> = live.iter().map(|instance| &*instance.id).collect();
            table.push(format!("live: {}", if ids.is_empty() { "nothing".to_owned() } else { ids.join(", ") }));
            for (marker_name, marker) in markers {
                table.push(format!("  {marker_name:5} {}", shown(&create_decision(&live, &possible, marker))));
            }
        }
        insta::assert_snapshot!(table.join("\n"), @"
        live: nothing
          none  launch
          g0    launch
          g1    launch
          other launch
        live: i-0first
          none  exists i-0first
          g0    adopt i-0first
          g1    exists i-0first
          other exists i-0first
        live: i-1second
          none  exists i-1second
          g0    exists i-1second
          g1    adopt i-1second
          other exists i-1second
        live: i-3hand
          none  exists i-3hand
          g0    exists i-3hand
          g1    exists i-3hand
          other exists i-3hand
        live: i-5foreign
          none  exists i-5foreign
          g0    exists i-5foreign
          g1    exists i-5foreign
          other exists i-5foreign
        live: i-1second, i-0first
          none  ambiguous i-0first i-1second
          g0    adopt i-0first
          g1    ambiguous i-0first i-1second
          other ambiguous i-0first i-1second
        live: i-2twin, i-0first
          none  ambiguous i-0first i-2twin
          g0    adopt i-0first
          g1    ambiguous i-0first i-2twin
          other ambiguous i-0first i-2twin
        live: i-0first, i-3hand
          none  ambiguous i-0first i-3hand
          g0    ambiguous i-0first i-3hand
          g1    ambiguous i-0first i-3hand
          other ambiguous i-0first i-3hand
        live: i-0first, i-4older-hand
          none  ambiguous i-4older-hand i-0first
          g0    ambiguous i-4older-hand i-0first
          g1    ambiguous i-4older-hand i-0first
          other ambiguous i-4older-hand i-0first
        ");
    }

    fn shown(decision: &Create<'_>) -> String {
        match decision {
            Create::Launch => "launch".to_owned(),
            Create::Adopt(instance) => format!("adopt {}", instance.id),
            Create::Exists(instance) => format!("exists {}", instance.id),
            Create::Ambiguous(all) => {
                format!("ambiguous {}", all.iter().map(|i| &*i.id).collect::<Vec<_>>().join(" "))
            }
        }
    }
}
