//! The end of a plan's instance. It is moved to a later time where a longer `ttl` is wanted, by the difference, so that what
//! `iac instance extend` has added stays; it is never moved to an earlier one.

use std::cmp::Ordering;
use std::time::Duration;

use super::instance::Fate;
use super::{Action, Plan};
use crate::duration::print;
use crate::environment::Environment;
use crate::host::end::ttl;

/// Returns the `ttl` that the instance has and the one that it is to have, where it stays and they differ.
fn differing(want: &Environment, fate: &Fate<'_>) -> Option<(Duration, Duration)> {
    let Fate::Stay(instance) = fate else { return None };
    let (is, wanted) = (ttl(instance)?, want.ttl?);
    (is != wanted).then_some((is, wanted))
}

/// Tells whether the end is to be moved; that takes a connection to the host.
pub(super) fn is_moved(want: &Environment, fate: &Fate<'_>) -> bool {
    differing(want, fate).is_some_and(|(is, wanted)| wanted > is)
}

/// Plans the end, after the steps that a connection waits for.
pub(super) fn plan(plan: &mut Plan, want: &Environment, fate: &Fate<'_>, after: &[usize]) {
    let (Fate::Stay(instance), Some((is, wanted))) = (fate, differing(want, fate)) else { return };
    let differs = format!("its `ttl` is `{}`, wanted `{}`", print(is), print(wanted));
    match wanted.cmp(&is) {
        Ordering::Greater => {
            let action = Action::MoveEnd { id: instance.id.clone(), from: is, to: wanted };
            plan.add(action, differs, after);
        }
        _ => {
            let reason = format!("{differs}, but an end is never moved to an earlier time");
            plan.keep("the end of instance".to_owned(), Some(&instance.id), reason);
        }
    }
}
