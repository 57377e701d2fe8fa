//! What the commands share: the way to an instance, keys, groups, launches, records, waiting.
//!
//! Commands call it; it knows neither a command nor what one prints. Nothing here goes round in a circle: `layering.rs` of
//! the tests has the order.

pub(crate) mod fitting;
pub(crate) mod group;
pub(crate) mod host;
pub(crate) mod host_key;
pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod key;
pub(crate) mod lock;
pub(crate) mod measured;
pub(crate) mod patience;
pub(crate) mod records;
pub(crate) mod scope;
pub(crate) mod select;
pub(crate) mod sweep;
pub(crate) mod target;
pub(crate) mod writable;

use std::ops::Deref;

use iac_core::tag::Owner;
use tokio::sync::OnceCell;

use crate::aws::{Aws, Connection, Way};
use crate::config::{CredentialSource, Settings, Surroundings};
use crate::credentials;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::interrupt::Interrupt;
use crate::ui::Ui;

/// What every command that works has at hand.
#[derive(Debug, Clone)]
pub(crate) struct Context<'a> {
    pub(crate) ui: &'a Ui,
    pub(crate) settings: &'a Settings,
    pub(crate) interrupt: Interrupt,
}

impl<'a> Context<'a> {
    /// Connects with the settings' region and credentials; nothing is sent yet.
    pub(crate) async fn connect(&self) -> Result<Session<'a>> {
        self.connect_to(self.settings.region.clone()).await
    }

    /// Connects as [`Self::connect`] does, but to this region.
    pub(crate) async fn connect_in(&self, region: String) -> Result<Session<'a>> {
        self.connect_to(Some(region)).await
    }

    async fn connect_to(&self, region: Option<String>) -> Result<Session<'a>> {
        let settings = self.settings;
        let connection = Connection {
            region,
            endpoint_url: settings.endpoint_url.clone(),
            key: credentials::read(&settings.credentials)?,
            way: way(settings),
            has_key_in_environment: settings.surroundings.has_aws_key,
            call_timeout: settings.call_timeout(),
        };
        Ok(Session { context: self.clone(), aws: Aws::connect(connection).await?, account: OnceCell::new() })
    }

    /// Asks before something is changed; Ctrl-C at the question ends the command at once.
    pub(crate) async fn confirm(&self, what: &str, question: &str) -> Result<()> {
        self.interrupt.or_stop(self.ui.confirm(what, question)).await?
    }

    /// Does what only looks, and says meanwhile what it is; Ctrl-C drops it where it stands.
    pub(crate) async fn look<T>(&self, what: &str, work: impl Future<Output = T>) -> Result<T> {
        self.ui.progress(what).during(self.interrupt.or_stop(work)).await
    }
}

/// A context that is connected to AWS: whatever asks or changes something there takes one. All that can be done with a
/// context can be done with it.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    context: Context<'a>,
    pub(crate) aws: Aws,
    account: OnceCell<String>,
}

impl<'a> Deref for Session<'a> {
    type Target = Context<'a>;

    fn deref(&self) -> &Context<'a> {
        &self.context
    }
}

impl Session<'_> {
    /// The account that the credentials belong to, asked for once; one other than the `account` setting is refused.
    pub(crate) async fn account(&self) -> Result<String> {
        let caller = self.account.get_or_try_init(|| self.aws.account()).await?.clone();
        match &self.settings.account {
            Some(wanted) if *wanted != caller => {
                let message = format!("the credentials belong to account {caller}, not to {wanted}");
                Err(Error::new(Kind::AccountMismatch, message)
                    .hint("use the credentials of that account, or change `account`"))
            }
            _ => Ok(caller),
        }
    }
}

/// What leads to AWS, as settings and environment say.
pub(crate) fn way(settings: &Settings) -> Way {
    let profile = match &settings.credentials {
        CredentialSource::Profile(profile) => Some(profile.clone()),
        _ => None,
    };
    let Surroundings { ca_bundle, proxy_speaks_tls, .. } = &settings.surroundings;
    Way { profile, ca_bundle: ca_bundle.clone(), proxy_speaks_tls: *proxy_speaks_tls }
}

/// The secrets folder, where there is one; looking must not make it.
pub(crate) fn existing_folder(settings: &Settings) -> Option<SecretsFolder> {
    let path = settings.optional_secrets_folder().filter(|path| path.is_dir())?;
    Some(SecretsFolder::existing(path))
}

/// Refuses to change or delete what is not ours, unless it is forced.
pub(crate) fn must_be_ours(owner: &Owner, what: &str, force: bool) -> Result<()> {
    match owner {
        Owner::Someone if !force => Err(Error::new(Kind::NotOurs, format!("{what} was not made by `iac`"))
            .hint("add `--force` if you are sure that it is yours to change")),
        _ => Ok(()),
    }
}
