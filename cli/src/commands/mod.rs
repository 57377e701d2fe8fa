//! The commands. Each folder or file is one noun. A command reads what was typed, has the work done, and prints what came of
//! it; none calls another. Its signatures say what it needs: one without an [`Aws`](crate::aws::Aws) cannot touch AWS.

mod attest;
mod config;
mod deploy;
mod dns;
mod doctor;
mod eif;
mod environment;
mod host;
mod instance;
mod key;
mod manual;
mod policy;
mod security_group;
mod ssh;
mod types;

use crate::args::{Arguments, Cloud, Command, Local};
use crate::config::{Environment, Settings};
use crate::error::{Error, Kind, Result};
use crate::interrupt::Interrupt;
use crate::ui::Ui;
use crate::work::{Context, writable};

/// Runs a command and returns its exit status.
pub(crate) fn run(arguments: Arguments, environment: &Environment, ui: &Ui) -> Result<u8> {
    refuse_secrets(&arguments)?;
    let (typed, noun, config_file) = (arguments.typed(), arguments.noun(), arguments.global.config_file);
    if ui.verbosity() > 1 {
        log_calls();
    }
    let command = match arguments.command {
        Command::Local(Local::Doctor(command)) => {
            let load = || Settings::what_holds(typed, environment, noun, config_file.as_deref());
            return runtime()?.block_on(doctor::run(ui, environment, command, load));
        }
        Command::Local(Local::Config(command)) => {
            let load = || Settings::load(typed, environment, noun, config_file.as_deref());
            return config::run(ui, command.verb.as_ref(), environment, config_file.as_deref(), load).map(|()| 0);
        }
        Command::Local(Local::Attest(command)) => return attest::run(ui, command),
        Command::Local(Local::Eif(command)) => return eif::run(ui, command),
        Command::Local(Local::Completions { shell }) => return manual::completions(ui, shell).map(|()| 0),
        Command::Local(Local::Man { folder }) => return manual::man(ui, &folder).map(|()| 0),
        Command::Cloud(command) => *command,
    };
    let settings = Settings::load(typed, environment, noun, config_file.as_deref())?;
    for warning in settings.warnings(environment).into_iter().chain(writable::warnings(&settings)) {
        ui.warn(&warning);
    }
    runtime()?.block_on(async {
        let context = Context { ui, settings: &settings, interrupt: Interrupt::listen(ui.parting())? };
        let only_reads = command.only_reads();
        let work = Box::pin(dispatch(&context, command));
        // Nothing that only reads is worth waiting for once the user wants to stop.
        if only_reads { context.interrupt.or_stop(work).await? } else { work.await }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::new(Kind::Internal, "cannot start the runtime").cause(error))
}

async fn dispatch(context: &Context<'_>, command: Cloud) -> Result<u8> {
    match command {
        Cloud::SecurityGroup(command) => security_group::run(context, command).await.map(|()| 0),
        Cloud::Instance(command) => instance::run(context, command).await.map(|()| 0),
        Cloud::Key(command) => key::run(context, command).await.map(|()| 0),
        Cloud::Dns(command) => dns::run(context, command).await.map(|()| 0),
        Cloud::Plan(command) => environment::plan(context, &command).await,
        Cloud::Up(command) => environment::up(context, &command).await.map(|()| 0),
        Cloud::Status(command) => environment::status(context, &command).await,
        Cloud::Down(command) => environment::down(context, &command).await.map(|()| 0),
        Cloud::Ssh(command) => ssh::run(context, command).await,
        Cloud::Deploy(command) => deploy::run(context, command).await,
        Cloud::Types(command) => types::run(context, command).await.map(|()| 0),
        Cloud::Host(command) => host::run(context, command).await,
        Cloud::Policy(command) => policy::run(context, &command).await.map(|()| 0),
    }
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

/// Shows this program's own log lines on stderr: the calls to AWS, without their content.
fn log_calls() {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let filter = tracing_subscriber::filter::Targets::new().with_target("iac", tracing::Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).without_time().with_target(false);
    // Only a second initialisation could fail, and there is none.
    tracing_subscriber::registry().with(filter).with(lines).try_init().ok();
}
