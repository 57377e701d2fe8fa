//! What has to be done so that an environment is as wanted.

use super::{Plan, end, group, instance, key, name, strangers, tags};
use crate::environment::Environment;
use crate::observed::Observed;

/// Compares what is wanted with what there is.
///
/// Carried out whole, the plan leaves nothing to do; that is a property under test. Refusals do not keep the rest from
/// being planned, so that all is shown at once.
#[must_use]
pub fn diff(want: &Environment, have: &Observed) -> Plan {
    let mut plan = Plan { strangers: strangers(have), ..Plan::default() };
    let group = group::plan(&mut plan, want, have);
    let fate = instance::fate(&mut plan, want, have);
    let is_file_needed = fate.is_launch() || end::is_moved(want, &fate);
    let key = key::plan(&mut plan, want, have, is_file_needed);
    let needed: Vec<usize> = key.into_iter().chain(group).collect();
    let moved = instance::plan(&mut plan, want, &fate, &needed);
    end::plan(&mut plan, want, &fate, &key.into_iter().chain(moved).collect::<Vec<_>>());
    name::plan(&mut plan, want, have, &fate, moved);
    tags::plan(&mut plan, want, have, &fate);
    plan
}
