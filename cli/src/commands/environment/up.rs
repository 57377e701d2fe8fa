//! `iac up`: looks, plans, asks, carries out, waits, and says how to get in.
//!
//! Where the world moves meanwhile the plan is made anew. What was agreed to covers it as far as it does nothing else; a
//! launch that AWS itself has ended is not made again.

use iac_core::name::InstanceName;
use iac_core::observed::{Instance, InstanceState, Observed};
use iac_core::plan::{Consent, Need, Record, Step};
use serde::Serialize;

use super::apply::Worker;
use super::known::Known;
use super::plan::{look, text};
use super::{consent, refused};
use crate::args::{UpOptions, WaitFor};
use crate::config::Key;
use crate::error::{Kind, Made, Result};
use crate::files::SecretsFolder;
use crate::work::host_key::Trust;
use crate::work::patience::Patience;
use crate::work::{Context, Session, instance};

/// How many plans are made, where the world moves under each.
const ATTEMPTS: u32 = 5;
/// What [`Made`] calls an instance.
const INSTANCE: &str = "instance";

/// What `up` prints.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    environment: &'a InstanceName,
    /// What was done.
    steps: &'a [Step],
    instance: &'a Instance,
}

/// Brings the environment to what the settings say, and waits until it can be used.
pub(in crate::commands) async fn up(context: &Context<'_>, options: &UpOptions) -> Result<()> {
    let settings = context.settings;
    settings.require(&[Key::InstanceName, Key::KeyName, Key::SecurityGroup, Key::SecretsFolder])?;
    let name = settings.instance_name()?;
    let folder = SecretsFolder::open(settings.secrets_folder()?)?;
    let session = context.connect().await?;
    let permitted = [(options.allow_restart, Need::Restart), (options.replace, Need::Replace)];
    let permitted = permitted.into_iter().filter_map(|(is_allowed, need)| is_allowed.then_some(need)).collect();
    let (consent, patience) = (Consent::given(options.yes), Patience::new(options.timeout.0));
    let (record, made) = (Record::default(), Vec::new());
    let mut run = Run { session: &session, folder: &folder, options, permitted, consent, record, made, patience };
    let mut attempt = 1;
    loop {
        match run.attempt().await {
            Ok(instance) => {
                let shown = Shown { environment: name, steps: run.record.steps(), instance: &instance };
                return context.ui.data(&shown, |_| shown.text());
            }
            Err(error) if error.has_world_moved() && attempt < ATTEMPTS && !run.patience.is_over() => {
                context.ui.note(&format!("the environment was changed meanwhile: {}", error.message()));
                run.patience.pause(context).await.map_err(|error| error.made_before(&run.made))?;
                attempt += 1;
            }
            Err(error) => return Err(error.made_before(&run.made)),
        }
    }
}

/// One run of `up` over all the plans that it makes.
struct Run<'a> {
    session: &'a Session<'a>,
    folder: &'a SecretsFolder,
    options: &'a UpOptions,
    permitted: Vec<Need>,
    consent: Consent,
    /// What was done.
    record: Record,
    /// What that has made.
    made: Vec<Made>,
    patience: Patience,
}

impl Run<'_> {
    /// Makes a plan, asks where that is needed, carries the plan out, and waits for the instance.
    async fn attempt(&mut self) -> Result<Instance> {
        let Self { session, folder, options, .. } = *self;
        let timeout = options.timeout.0;
        let (seen, want, plan) = look(session).await?;
        refused::check(session, &plan, &self.permitted)?;
        if consent::ask(session, &mut self.consent, &plan, (&text(&plan), "do it?"), &self.record).await? {
            // The time-out is for the work, not for whoever is asked.
            self.patience = Patience::new(timeout);
        }
        if plan.steps.iter().any(|step| step.action.is_launch()) {
            instance::mark_launch(session, folder, &seen.observed)?;
        }
        let worker = Worker { session, folder: Some(folder), seen: &seen, ssh_from: Some(&want.ssh_from), timeout };
        let outcome = worker.run(&plan).await;
        self.record.add(&plan, &outcome.done);
        self.consent.used(outcome.done.iter().map(|&place| &plan.steps[place]));
        self.made.extend(outcome.made);
        let awaited = match outcome.failure {
            None => await_it(session, folder, &seen.observed, &outcome.known, options).await,
            Some(error) => Err(error),
        };
        awaited.inspect_err(|error| {
            if error.kind() == Kind::InstanceFailed {
                // It has ended.
                self.made.retain(|made| made.kind != INSTANCE);
            }
        })
    }
}

/// Waits for the instance that the plan has kept, started or launched.
async fn await_it(
    session: &Session<'_>,
    folder: &SecretsFolder,
    seen: &Observed,
    known: &Known,
    options: &UpOptions,
) -> Result<Instance> {
    let (instance, seen) = (known.instance()?, seen.live());
    let mut patience = Patience::new(options.timeout.0);
    let is_stopped = |one: &&Instance| matches!(one.state, InstanceState::Stopping | InstanceState::Stopped);
    let is_restarted = seen.into_iter().filter(is_stopped).any(|one| one.id == instance.id);
    let trust = match (options.accept_host_key, is_restarted) {
        (true, _) => Trust::Server,
        (false, true) => Trust::ConsoleOfRestarted,
        (false, false) => Trust::Console,
    };
    let default = if session.settings.nitro() { WaitFor::Ready } else { WaitFor::Ssh };
    let wait = options.wait.unwrap_or(default);
    let pair = known.pair.as_ref();
    let awaited = instance::await_instance(session, folder, (instance, pair), (wait, trust), &mut patience).await;
    awaited.map_err(|error| match error.kind() {
        Kind::InstanceFailed => error,
        _ => error.made([instance::wait::made(instance)]),
    })
}

impl Shown<'_> {
    fn text(&self) -> String {
        let Instance { id, state, .. } = self.instance;
        let address = self.instance.address().map(|address| format!(" at {address}")).unwrap_or_default();
        let environment = self.environment;
        let lines = [
            format!("instance `{environment}` is {state}{address}: {id}"),
            "enter it with `iac ssh`; take everything away with `iac down`".to_owned(),
        ];
        lines.map(|line| iac_core::text::plain(&line)).join("\n")
    }
}
