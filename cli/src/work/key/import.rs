//! Importing a public key. What the call answers is believed; where the name was taken, only what EC2 shows.

use std::time::Duration;

use iac_core::name::KeyName;
use iac_core::observed::KeyPair;
use iac_core::public_key::PublicKey;
use iac_core::tag::creation_tags;

use crate::aws::{CallError, ImportError};
use crate::error::{Error, Result};
use crate::work::Session;
use crate::work::patience::{Look, Patience, timed_out};

/// How long EC2 may take to show a pair that it has.
const SHOWN_WITHIN: Duration = Duration::from_mins(1);
/// How long is waited until EC2 shows what it has answered to have: whoever calls next may look for it.
const SEEN_WITHIN: Duration = Duration::from_secs(10);

/// Why there is no pair to look at.
#[derive(Debug)]
pub(crate) enum NotImported {
    /// The call failed.
    Call(CallError),
    /// EC2 has a pair of the name but was not seen to show it.
    NotShown(Error),
}

impl From<NotImported> for Error {
    fn from(failure: NotImported) -> Self {
        match failure {
            NotImported::Call(error) => error.into(),
            NotImported::NotShown(error) => error,
        }
    }
}

/// Imports a public key and returns the pair; where the name is taken, the pair that has it as soon as EC2 shows it.
///
/// That may be anybody's. It may also be ours: the answer to an earlier attempt was lost, or EC2
/// had the pair and did not show it yet.
pub(crate) async fn import(
    session: &Session<'_>,
    name: &KeyName,
    public_key: &PublicKey,
) -> std::result::Result<KeyPair, NotImported> {
    let tags = creation_tags(name.as_str(), session.settings.optional_instance_name(), &session.settings.tags);
    match session.aws.import_key_pair(name, public_key, &tags).await {
        Ok(Some(pair)) => Ok(pair),
        Ok(None) | Err(ImportError::NameTaken) => shown(session, name).await.map_err(NotImported::NotShown),
        Err(ImportError::Call(error)) => Err(NotImported::Call(error)),
    }
}

/// Waits until EC2 shows a pair that it has, but not for long, and returns it with what EC2 adds to it.
pub(crate) async fn seen(session: &Session<'_>, name: &KeyName, known: KeyPair) -> Result<KeyPair> {
    let look = async |_: &_| {
        let shown = session.aws.key_pair(name).await?.filter(|shown| shown.id == known.id);
        Ok(shown.map_or_else(|| Look::NotYet(Ok(known.clone())), Look::Found))
    };
    Patience::new(SEEN_WITHIN).until(session, look).await
}

async fn shown(session: &Session<'_>, name: &KeyName) -> Result<KeyPair> {
    let late = || Look::NotYet(Err(timed_out(&format!("EC2 to show key pair `{name}`"))));
    let look = async |_: &_| Ok(session.aws.key_pair(name).await?.map_or_else(late, Look::Found));
    Patience::new(SHOWN_WITHIN).until(session, look).await
}
