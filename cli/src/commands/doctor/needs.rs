//! Which settings each check depends on: where a mistake leaves one of them open, the check would be of something else
//! than what is meant, so it is not made.

use std::collections::BTreeSet;

use iac_core::doctor::Check;

use super::names;
use crate::config::{CredentialSource, Key, Settings, Unsound};

/// What decides whom AWS sees.
const CREDENTIALS: [Key; 6] =
    [Key::CredFile, Key::CredUser, Key::AccessKey, Key::SecretKey, Key::SessionToken, Key::Profile];
/// Where AWS is.
const PLACE: [Key; 2] = [Key::Region, Key::EndpointUrl];

/// The settings of which it is not known what is meant.
#[derive(Debug)]
pub(super) struct Open(BTreeSet<Key>);

impl Open {
    /// What mistakes leave open; without any, nothing.
    pub(super) fn of(settings: &Settings, unsound: Option<&Unsound>) -> Self {
        let mut keys = unsound.map(|unsound| unsound.keys.clone()).unwrap_or_default();
        let is_static = matches!(settings.credentials, CredentialSource::Static(_));
        if is_static && !keys.contains(&Key::AccessKey) && !keys.contains(&Key::SecretKey) {
            // An access key goes before every other source, whatever is said of those.
            keys.retain(|key| !CREDENTIALS.contains(key));
        }
        Self(keys)
    }

    /// The check instead of one that depends on what is open; `None` where it can be made.
    pub(super) fn instead_of(&self, name: &'static str) -> Option<Check> {
        let open: Vec<String> =
            needs(name).into_iter().filter(|key| self.0.contains(key)).map(|key| format!("`{}`", key.name())).collect();
        match open.as_slice() {
            [] => None,
            few if few.len() < 3 => Some(Check::not_checked(name, format!("mend {} first", few.join(" and ")))),
            // Little or nothing of the file is known.
            _ => Some(Check::not_checked(name, "mend the configuration first")),
        }
    }
}

fn needs(name: &str) -> Vec<Key> {
    let own: &[Key] = match name {
        names::SECRETS_FOLDER => return vec![Key::SecretsFolder],
        names::PRIVATE_KEY => return vec![Key::SecretsFolder, Key::KeyName],
        names::CREDENTIALS_FILE => return CREDENTIALS.to_vec(),
        names::CREDENTIALS => &[Key::Account],
        names::RIGHTS => &[
            Key::Account,
            Key::InstanceName,
            Key::KeyName,
            Key::SecurityGroup,
            Key::Image,
            Key::SubnetId,
            Key::InstanceType,
            Key::InstanceKind,
            Key::InstanceProfile,
            Key::Fqdn,
            Key::Tags,
        ],
        names::NETWORK => &[Key::SubnetId],
        names::GROUP => &[Key::SecurityGroup, Key::SubnetId, Key::SshFrom, Key::SshPort, Key::PublicIpUrl],
        names::INSTANCE_TYPE => &[Key::InstanceKind, Key::InstanceType, Key::SubnetId, Key::CpuCount, Key::MemoryMib],
        names::QUOTA => &[Key::InstanceKind, Key::InstanceType, Key::InstanceName],
        names::SSH => {
            &[Key::InstanceName, Key::SecretsFolder, Key::KeyName, Key::SshUser, Key::SshPort, Key::SshConfig]
        }
        // The clock is compared with the date of any answer.
        _ => &[],
    };
    PLACE.into_iter().chain(CREDENTIALS).chain(own.iter().copied()).collect()
}
