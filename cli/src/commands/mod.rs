//! The commands. Each file is one noun; its signatures say what it needs: one without an [`Aws`] cannot touch AWS.

mod attest;
mod config;
mod deploy;
mod dns;
mod doctor;
mod eif;
mod environment;
mod host;
pub(crate) mod host_key;
mod instance;
pub(crate) mod key;
pub(crate) mod lock;
mod manual;
pub(crate) mod patience;
mod policy;
pub(crate) mod security_group;
pub(crate) mod select;
mod ssh;
mod target;
mod types;
mod writable;

use iac_core::tag::Owner;

use crate::args::{Arguments, Command};
use crate::aws::{Aws, Connection, Way};
use crate::config::{CredentialSource, Environment, Settings, Surroundings};
use crate::credentials;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;
use crate::interrupt::Interrupt;
use crate::ui::Ui;

/// What every command that works has at hand.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) ui: &'a Ui,
    pub(crate) settings: &'a Settings,
    pub(crate) interrupt: Interrupt,
}

impl Context<'_> {
    /// Asks before something is changed; Ctrl-C at the question ends the command at once.
    pub(crate) async fn confirm(&self, what: &str, question: &str) -> Result<()> {
        self.interrupt.or_stop(self.ui.confirm(what, question)).await?
    }
}

/// Runs a command and returns its exit status.
pub(crate) fn run(arguments: Arguments, environment: &Environment, ui: &Ui) -> Result<u8> {
    refuse_secrets(&arguments)?;
    let (typed, noun, config_file) = (arguments.typed(), arguments.noun(), arguments.global.config_file);
    if ui.verbosity() > 1 {
        log_calls();
    }
    if let Command::Doctor(command) = arguments.command {
        let load = || Settings::what_holds(typed, environment, noun, config_file.as_deref());
        return runtime()?.block_on(doctor::run(ui, environment, command, load));
    }
    let load = || Settings::load(typed, environment, noun, config_file.as_deref());
    if let Command::Config(command) = arguments.command {
        return config::run(ui, command.verb.as_ref(), environment, config_file.as_deref(), load).map(|()| 0);
    }
    // What proves or explains something must work without a configuration, and next to a broken one.
    match arguments.command {
        Command::Attest(command) => return attest::run(ui, command),
        Command::Eif(command) => return eif::run(ui, command),
        Command::Completions { shell } => return manual::completions(ui, shell).map(|()| 0),
        Command::Man { folder } => return manual::man(ui, &folder).map(|()| 0),
        _ => {}
    }
    let settings = load()?;
    for warning in settings.warnings(environment).into_iter().chain(writable::warnings(&settings)) {
        ui.warn(&warning);
    }
    runtime()?.block_on(async {
        let context = Context { ui, settings: &settings, interrupt: Interrupt::listen(ui.parting())? };
        let only_reads = arguments.command.only_reads();
        let work = Box::pin(dispatch(&context, arguments.command));
        // Nothing that only reads is worth waiting for once the user wants to stop.
        if only_reads { context.interrupt.or_stop(work).await? } else { work.await }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::new(Kind::Internal, "cannot start the runtime").cause(error))
}

async fn dispatch(context: &Context<'_>, command: Command) -> Result<u8> {
    match command {
        Command::SecurityGroup(command) => security_group::run(context, command).await.map(|()| 0),
        Command::Instance(command) => instance::run(context, command).await.map(|()| 0),
        Command::Key(command) => key::run(context, command).await.map(|()| 0),
        Command::Dns(command) => dns::run(context, command).await.map(|()| 0),
        Command::Plan(command) => environment::plan(context, &command).await,
        Command::Up(command) => environment::up(context, &command).await.map(|()| 0),
        Command::Status(command) => environment::status(context, &command).await,
        Command::Down(command) => environment::down(context, &command).await.map(|()| 0),
        Command::Ssh(command) => ssh::run(context, command).await,
        Command::Deploy(command) => deploy::run(context, command).await,
        Command::Types(command) => types::run(context, command).await.map(|()| 0),
        Command::Host(command) => host::run(context, command).await,
        Command::Policy(command) => policy::run(context, &command).await.map(|()| 0),
        // These have run before any setting was loaded.
        Command::Config(_)
        | Command::Doctor(_)
        | Command::Attest(_)
        | Command::Eif(_)
        | Command::Completions { .. }
        | Command::Man { .. } => Ok(0),
    }
}

/// Connects with the settings' region and credentials; nothing is sent yet.
pub(crate) async fn connect(settings: &Settings) -> Result<Aws> {
    connect_to(settings, settings.region.clone()).await
}

/// Connects as [`connect`] does, but to another region.
pub(crate) async fn connect_in(settings: &Settings, region: String) -> Result<Aws> {
    connect_to(settings, Some(region)).await
}

async fn connect_to(settings: &Settings, region: Option<String>) -> Result<Aws> {
    let connection = Connection {
        region,
        endpoint_url: settings.endpoint_url.clone(),
        key: credentials::read(&settings.credentials)?,
        way: way(settings),
        has_key_in_environment: settings.surroundings.has_aws_key,
        call_timeout: settings.call_timeout(),
    };
    Ok(Aws::connect(connection).await?)
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

/// The account the credentials belong to; one other than the `account` setting is refused.
pub(crate) async fn check_account(settings: &Settings, aws: &Aws) -> Result<String> {
    let caller = aws.account().await?;
    match &settings.account {
        Some(wanted) if *wanted != caller => {
            let message = format!("the credentials belong to account {caller}, not to {wanted}");
            Err(Error::new(Kind::AccountMismatch, message)
                .hint("use the credentials of that account, or change `account`"))
        }
        _ => Ok(caller),
    }
}

/// The secrets folder, where there is one; looking must not make it.
pub(crate) fn existing_folder(settings: &Settings) -> Option<SecretsFolder> {
    let path = settings.optional_secrets_folder().filter(|path| path.is_dir())?;
    Some(SecretsFolder::existing(path))
}

/// A secret on a command line can be read by every user of the machine, so it is refused even if it would not be used.
fn refuse_secrets(arguments: &Arguments) -> Result<()> {
    if arguments.global.secret_key.is_none() && arguments.global.access_key.is_none() {
        return Ok(());
    }
    Err(Error::new(
        Kind::SecretOnCommandLine,
        "a secret is not taken as a flag: every user of this machine can read it",
    )
    .hint("set `BKY_IAC_ACCESS_KEY` and `BKY_IAC_SECRET_KEY` in the environment")
    .hint("or put the downloaded CSV file's path into `cred_file`")
    .hint("a key that was typed should be replaced: it is in the shell's history"))
}

/// Refuses to change or delete what is not ours, unless it is forced.
pub(crate) fn must_be_ours(owner: &Owner, what: &str, force: bool) -> Result<()> {
    match owner {
        Owner::Someone if !force => Err(Error::new(Kind::NotOurs, format!("{what} was not made by `iac`"))
            .hint("add `--force` if you are sure that it is yours to change")),
        _ => Ok(()),
    }
}

/// Shows this program's own log lines on stderr: the calls to AWS, without their content.
fn log_calls() {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let filter = tracing_subscriber::filter::Targets::new().with_target("iac", tracing::Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time().with_target(false);
    // Only a second initialisation could fail, and there is none.
    tracing_subscriber::registry().with(filter).with(lines).try_init().ok();
}
