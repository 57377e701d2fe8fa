//! Importing a public key, and believing only what EC2 shows afterwards.

use std::time::Duration;

use iac_core::name::KeyName;
use iac_core::observed::KeyPair;
use iac_core::public_key::PublicKey;
use iac_core::tag::creation_tags;

use super::made_pair;
use crate::aws::{Aws, CallError, ImportError};
use crate::commands::Context;
use crate::commands::patience::{Patience, timed_out};
use crate::error::{Error, Result};

/// How long EC2 may take to show a pair that it has.
const SHOWN_WITHIN: Duration = Duration::from_mins(1);

/// Why there is no pair to look at.
#[derive(Debug)]
pub(super) enum NotImported {
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

/// Imports a public key unless the name is taken, and returns the pair that has the name as soon as EC2 shows it.
///
/// It may be anybody's. It may also be ours though the name was taken: the answer to an earlier attempt was lost, or EC2
/// had the pair and did not show it yet.
pub(super) async fn import(
    context: &Context<'_>,
    aws: &Aws,
    name: &KeyName,
    public_key: &PublicKey,
) -> std::result::Result<KeyPair, NotImported> {
    let tags = creation_tags(name.as_str(), context.settings.optional_instance_name(), &context.settings.tags);
    let id = match aws.import_key_pair(name, public_key, &tags).await {
        Ok(id) => id,
        Err(ImportError::NameTaken) => None,
        Err(ImportError::Call(error)) => return Err(NotImported::Call(error)),
    };
    let shown = shown(context, aws, name).await;
    shown.map_err(|error| NotImported::NotShown(error.made(id.map(|id| made_pair(name, &id)))))
}

async fn shown(context: &Context<'_>, aws: &Aws, name: &KeyName) -> Result<KeyPair> {
    let mut patience = Patience::new(SHOWN_WITHIN);
    loop {
        if let Some(pair) = aws.key_pair(name).await? {
            return Ok(pair);
        }
        if patience.is_over() {
            return Err(timed_out(&format!("EC2 to show key pair `{name}`")));
        }
        patience.pause(context).await?;
    }
}
