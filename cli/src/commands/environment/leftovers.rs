//! `iac down --leftovers`: removes what is left of environments that are gone, and never a key file.

use futures_util::stream::{self, StreamExt};
use iac_core::dns::Fqdn;
use iac_core::leftovers::{Leftover, LeftoverKind};
use iac_core::name::{InstanceName, KeyName};
use iac_core::text::plain;
use jiff::Timestamp;
use serde::Serialize;

use super::everywhere::{in_words, shown, what};
use crate::args::DownOptions;
use crate::aws::Group;
use crate::error::{Error, Kind, Result};
use crate::work::sweep::sweep;
use crate::work::{Context, Session, existing_folder, group, records};

/// How many deletions are under way at once: AWS slows down whoever asks for more.
const AT_ONCE: usize = 16;

/// What `down --leftovers` prints.
#[derive(Debug, Serialize)]
struct Shown {
    region: String,
    removed: Vec<Leftover>,
    left: usize,
}

/// Removes the leftovers of the region, and looks again.
pub(super) async fn remove(context: &Context<'_>, options: &DownOptions) -> Result<()> {
    let session = context.connect().await?;
    let progress = context.ui.progress("looking for what is left over");
    let looking = async { tokio::try_join!(shown(&session), session.account()) };
    let (before, _) = progress.during(Box::pin(looking)).await?;
    drop(progress);
    let now = Timestamp::now();
    let words: Vec<String> = before.leftovers.iter().map(|one| format!("- delete {}", in_words(one, now))).collect();
    if !words.is_empty() && !options.yes {
        context.confirm(&words.join("\n"), "delete this?").await?;
    }
    let progress = context.ui.progress("deleting what is left over");
    context.interrupt.check()?;
    let deletions = stream::iter(&before.leftovers).map(|one| delete(&session, one, options));
    let deleted: Vec<Result<()>> = progress.during(deletions.buffered(AT_ONCE).collect()).await;
    if let Some(error) = deleted.into_iter().filter_map(Result::err).reduce(Error::beside) {
        return Err(error);
    }
    let after = progress.during(shown(&session)).await?.leftovers;
    drop(progress);
    if !after.is_empty() {
        let error = Error::new(Kind::SomethingLeft, format!("{} resources are left over", after.len()));
        return Err(after.iter().fold(error, |error, one| error.cause(in_words(one, now))));
    }
    if let Some(folder) = existing_folder(context.settings) {
        sweep(&session, &folder).await;
    }
    let removed = Shown { region: session.aws.region.clone(), removed: before.leftovers, left: 0 };
    context.ui.data(&removed, |_| removed.text())
}

async fn delete(session: &Session<'_>, one: &Leftover, options: &DownOptions) -> Result<()> {
    match one.kind {
        LeftoverKind::Volume => Ok(session.aws.delete_volume(&one.id).await?),
        LeftoverKind::SecurityGroup => {
            let (id, name) = (one.id.clone(), one.name.clone().unwrap_or_default());
            let group = Group { id, name, vpc_id: None, description: String::new(), tags: Vec::new() };
            group::until_gone(session, &group, options.timeout.0).await
        }
        LeftoverKind::Record => {
            let environment = one.environment.as_deref().and_then(|name| InstanceName::parse(name).ok());
            match (Fqdn::parse(&one.id), environment) {
                (Ok(fqdn), Some(name)) => records::forget(session, &fqdn, &name, false).await.map(drop),
                _ => Ok(()),
            }
        }
        LeftoverKind::KeyPair => {
            let name = one.name.as_deref().and_then(|name| KeyName::parse(name).ok());
            match name {
                Some(name) => Ok(session.aws.delete_key_pair(&name, &one.id).await?),
                None => Ok(()),
            }
        }
    }
}

impl Shown {
    fn text(&self) -> String {
        let removed = self.removed.iter().map(|one| {
            let name = one.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
            plain(&format!("deleted {}{name}: {}", what(one.kind), one.id))
        });
        let end = format!("{} leftovers in {}", self.left, self.region);
        removed.chain([end]).collect::<Vec<_>>().join("\n")
    }
}
