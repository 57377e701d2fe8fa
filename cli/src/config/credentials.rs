//! Which credentials are used: a key pair set directly, a CSV file, a profile, or AWS's own chain.

use std::path::{Path, PathBuf};

use iac_core::credentials_csv::Secret;

use super::key::Key;
use super::layers::{Layers, Source};
use super::value;

/// Where credentials come from, strongest first.
#[derive(Debug)]
pub(crate) enum CredentialSource {
    /// An access key from the environment or the configuration file.
    Static(StaticKey),
    /// A CSV file as AWS lets one download it; read when it is needed.
    Csv { path: PathBuf, user: Option<String> },
    /// A profile of AWS's shared files.
    Profile(String),
    /// AWS's own chain.
    Chain,
}

/// An access key with its secret.
#[derive(Debug, Clone)]
pub(crate) struct StaticKey {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) session_token: Option<Secret>,
}

/// Chooses by the order of the contract; mistakes stay with the layers.
pub(super) fn choose(layers: &mut Layers, folder: Option<&Path>) -> CredentialSource {
    let id = layers.read(Key::AccessKey, value::text);
    let secret = layers.read(Key::SecretKey, value::secret);
    let session_token = layers.read(Key::SessionToken, value::secret);
    let csv = layers.read_path(Key::CredFile, folder);
    let user = layers.read(Key::CredUser, value::text);
    let profile = layers.read(Key::Profile, value::text);
    if let Some(pair) = static_key(layers, id.zip(secret), session_token) {
        return pair;
    }
    match (csv, profile) {
        (Some(path), _) => CredentialSource::Csv { path, user },
        (None, Some(profile)) => CredentialSource::Profile(profile),
        (None, None) => CredentialSource::Chain,
    }
}

/// An access key and a secret that belong together: both of the environment, or both of the file.
fn static_key(layers: &Layers, pair: Option<(String, String)>, token: Option<String>) -> Option<CredentialSource> {
    let (id, secret) = pair?;
    let source = &layers.get(Key::AccessKey)?.1;
    let secret_source = &layers.get(Key::SecretKey)?.1;
    if std::mem::discriminant(source) != std::mem::discriminant(secret_source) {
        return None;
    }
    let token = token.filter(|_| matches!(source, Source::Variable(_)));
    let key = StaticKey { id, secret: Secret::new(secret), session_token: token.map(Secret::new) };
    Some(CredentialSource::Static(key))
}
