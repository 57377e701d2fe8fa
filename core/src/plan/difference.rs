//! What only a new instance can mend.
//!
//! What the settings leave out is not compared: whoever does not name a subnet, a size, a profile or an end is content with
//! the one that is there.

use crate::environment::Environment;
use crate::observed::{Instance, Observed};
use crate::tag;

/// Returns the differences, each as a reason in words.
pub(super) fn differences(want: &Environment, have: &Observed, instance: &Instance) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut compare = |what: &str, is: Option<&str>, wanted: Option<&str>| {
        if let Some(wanted) = wanted.filter(|wanted| is != Some(wanted)) {
            reasons.push(differs(what, is.unwrap_or("none"), wanted));
        }
    };
    compare("type", Some(&instance.instance_type), Some(&want.instance_type));
    compare("image", Some(&instance.image_id), want.image.as_deref());
    compare("key pair", instance.key_name.as_deref(), Some(want.key_name.as_str()));
    compare("subnet", instance.subnet_id.as_deref(), want.subnet_id.as_deref());
    let is_in_group = have.group_id.as_ref().is_some_and(|id| instance.security_groups.contains(id));
    if !is_in_group {
        reasons.push(format!("it is not in security group `{}`", want.group));
    }
    reasons.extend([volume(want, have, instance), profile(want, instance), end(want, instance)].into_iter().flatten());
    reasons
}

fn differs(what: &str, is: &str, wanted: &str) -> String {
    format!("its {what} is `{is}`, wanted `{wanted}`")
}

/// A volume could be made to grow in place, but not the file system on it from here.
fn volume(want: &Environment, have: &Observed, instance: &Instance) -> Option<String> {
    let wanted = want.volume_gib?;
    let is_root = |volume: &&crate::observed::Volume| Some(&volume.id) == instance.root_volume.as_ref();
    let gib = have.volumes.iter().find(is_root)?.gib.filter(|gib| *gib < wanted)?;
    Some(format!("its volume has {gib} GiB, wanted {wanted}"))
}

/// Another profile is another role, and with it other measurements (PCR3) of every enclave that runs.
fn profile(want: &Environment, instance: &Instance) -> Option<String> {
    let wanted = want.instance_profile.as_deref()?;
    let is = instance.instance_profile.as_deref();
    let name = is.map(|arn| arn.rsplit('/').next().unwrap_or(arn));
    let is_same = if wanted.starts_with("arn:") { is == Some(wanted) } else { name == Some(wanted) };
    (!is_same).then(|| differs("instance profile", name.unwrap_or("none"), wanted))
}

/// Only a launch brings to a host what ends it.
fn end(want: &Environment, instance: &Instance) -> Option<String> {
    want.ttl?;
    tag::value(&instance.tags, tag::TTL).is_none().then(|| "it does not end by itself, and `ttl` is set".to_owned())
}
