//! The tags of a plan: on everything of the environment that stays, ours and the user's. Tags that somebody else set are
//! theirs.

use super::instance::Fate;
use super::{Action, Plan};
use crate::environment::Environment;
use crate::observed::{Observed, Volume};
use crate::tag::{self, Tag};

/// Plans the tags of what stays.
pub(super) fn plan(plan: &mut Plan, want: &Environment, have: &Observed, fate: &Fate<'_>) {
    if let Fate::Stay(instance) = fate {
        let wanted = want.tags_of(want.name.as_str());
        mend(plan, "instance", &instance.id, &instance.tags, &wanted);
        let is_ours =
            |volume: &&Volume| volume.attached_to.as_ref() == Some(&instance.id) && have.is_own(&volume.owner());
        for volume in have.volumes.iter().filter(is_ours) {
            mend(plan, "volume", &volume.id, &volume.tags, &wanted);
        }
    }
    if let Some(group) = have.group().filter(|group| have.is_own(&group.owner())) {
        mend(plan, "security group", &group.id, &group.tags, &want.tags_of(&group.name));
    }
    let pair = have.key(&want.key_name).and_then(|key| key.pair.as_ref());
    if let Some(pair) = pair.filter(|pair| have.is_own(&pair.owner())) {
        mend(plan, "key pair", &pair.id, &pair.tags, &want.tags_of(&pair.name));
    }
}

fn mend(plan: &mut Plan, what: &'static str, id: &str, present: &[Tag], wanted: &[Tag]) {
    let differs = |wanted: &&Tag| tag::value(present, &wanted.key) != Some(&wanted.value);
    let tags: Vec<Tag> = wanted.iter().filter(differs).cloned().collect();
    if tags.is_empty() {
        return;
    }
    let reasons: Vec<String> = tags.iter().map(|wanted| reason(present, wanted)).collect();
    plan.add(Action::Tag { what, id: id.to_owned(), tags }, reasons.join("; "), &[]);
}

fn reason(present: &[Tag], wanted: &Tag) -> String {
    let Tag { key, value } = wanted;
    match tag::value(present, key) {
        Some(is) => format!("its tag `{key}` is `{is}`, wanted `{value}`"),
        None => format!("it lacks the tag `{key}={value}`"),
    }
}
