//! The key pair of a plan: it is there, and its private half is here, or both are made.

use super::{Action, Plan, Refusal};
use crate::environment::Environment;
use crate::key_work::{CreateWork, FileState, KeyFiles};
use crate::observed::{KeyPair, Observed};

/// Plans the key pair and returns the step that a launch has to wait for. `is_needed`: a launch or a login takes its file.
pub(super) fn plan(plan: &mut Plan, want: &Environment, have: &Observed, is_needed: bool) -> Option<usize> {
    let name = &want.key_name;
    let (pair, files) = have.key(name).map_or((None, KeyFiles::default()), |key| (key.pair.clone(), key.files.clone()));
    match pair {
        Some(pair) => with_pair(plan, want, &pair, &files, is_needed),
        None if files.pem.is_present() => match files.pem {
            FileState::Key(_) => {
                let reason = format!("there is no key pair of this name, and `{name}.pem` is a private key");
                Some(plan.add(Action::ImportKey(name.clone()), reason, &[]))
            }
            _ => {
                plan.refused.push(Refusal::KeyFileUnreadable(name.clone()));
                None
            }
        },
        None => without_pair(plan, want, have, &files),
    }
}

fn with_pair(plan: &mut Plan, want: &Environment, pair: &KeyPair, files: &KeyFiles, is_needed: bool) -> Option<usize> {
    let name = want.key_name.clone();
    let is_new_its_own = pair.owner().is_ours() && files.new.is_private_half_of(pair);
    let unfinished = "an interrupted run left it unfinished";
    if files.pem.is_private_half_of(pair) {
        return is_new_its_own.then(|| plan.add(Action::CreateKey(name, CreateWork::RemoveNew), unfinished, &[]));
    }
    if files.pem.is_present() {
        if is_needed {
            plan.refused.push(Refusal::KeyFileDiffers(name));
        }
        return None;
    }
    if is_new_its_own {
        return Some(plan.add(Action::CreateKey(name, CreateWork::RenameNew), unfinished, &[]));
    }
    if files.deleting.is_private_half_of(pair) {
        return Some(plan.add(Action::RestoreKeyFile(name), "an interrupted deletion set its file aside", &[]));
    }
    if is_needed {
        plan.refused.push(Refusal::KeyFileMissing(name));
    }
    None
}

/// Neither the pair nor a finished file is there.
fn without_pair(plan: &mut Plan, want: &Environment, have: &Observed, files: &KeyFiles) -> Option<usize> {
    let name = want.key_name.clone();
    let work = match files.new {
        FileState::Absent => CreateWork::Start,
        FileState::Unreadable => CreateWork::StartOver,
        FileState::Key(_) => CreateWork::ImportNew,
    };
    let lets_it_in = |instance: &&crate::observed::Instance| instance.key_name.as_deref() == Some(name.as_str());
    if let Some(locked) = have.live().into_iter().find(lets_it_in).filter(|_| work != CreateWork::ImportNew) {
        plan.refused.push(Refusal::KeyGone { name, id: locked.id.clone() });
        return None;
    }
    let mut before = Vec::new();
    if files.deleting.is_present() {
        let reason = "its pair is gone, and its file was set aside to go too";
        before.push(plan.add(Action::FinishKeyDeletion(name.clone()), reason, &[]));
    }
    let reason = match work {
        CreateWork::Start => "there is none of this name",
        _ => "an interrupted run left it unfinished",
    };
    Some(plan.add(Action::CreateKey(name, work), reason, &before))
}
