//! `iac up`: looks, plans, asks, carries out, waits, and says how to get in.

use iac_core::name::InstanceName;
use iac_core::observed::{Instance, InstanceState};
use iac_core::plan::{Need, Plan, Step};
use serde::Serialize;

use super::apply::Worker;
use super::plan::{look, text};
use super::refused;
use crate::args::{UpOptions, WaitFor};
use crate::aws::Aws;
use crate::commands::host_key::Trust;
use crate::commands::patience::Patience;
use crate::commands::{Context, connect, instance, select};
use crate::config::Key;
use crate::error::{Error, Kind, Result};
use crate::files::SecretsFolder;

/// How often a plan is made anew because another run changed the world under it.
const ATTEMPTS: u32 = 5;

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
    let aws = connect(settings).await?;
    let permitted: Vec<Need> = [(options.allow_restart, Need::Restart), (options.replace, Need::Replace)]
        .into_iter()
        .filter_map(|(is_allowed, need)| is_allowed.then_some(need))
        .collect();
    let mut has_agreed = options.yes;
    let mut steps = Vec::new();
    let mut attempts = ATTEMPTS;
    loop {
        attempts -= 1;
        let (seen, want, plan) = look(context, &aws).await?;
        refused::check(context, &plan, &permitted)?;
        if !plan.is_empty() && !has_agreed {
            context.confirm(&text(&plan), "do it?").await?;
            has_agreed = true;
        } else {
            say(context, &plan);
        }
        let (ssh_from, timeout) = (Some(&want.ssh_from), options.timeout.0);
        let worker = Worker { context, aws: &aws, folder: Some(&folder), seen: &seen, ssh_from, timeout };
        if plan.steps.iter().any(|step| step.action.is_launch()) {
            instance::mark_launch(context, &folder, &seen.observed)?;
        }
        let result = worker.run(&plan).await;
        let result = match result {
            Ok(()) => await_it(context, &aws, &folder, &seen.observed.live(), name, options).await,
            Err(error) => Err(error),
        };
        match result {
            Ok(instance) => {
                steps.extend(plan.steps);
                let shown = Shown { environment: name, steps: &steps, instance: &instance };
                return context.ui.data(&shown, |_| shown.text());
            }
            Err(error) if attempts > 0 && is_of_another_run(&error) => {
                context.ui.note(&format!("another run changed the environment meanwhile: {}", error.message()));
                steps.extend(plan.steps);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Waits for the instance that was there from the start, or for the one that is there now.
async fn await_it(
    context: &Context<'_>,
    aws: &Aws,
    folder: &SecretsFolder,
    seen: &[&Instance],
    name: &InstanceName,
    options: &UpOptions,
) -> Result<Instance> {
    let instance = match seen {
        [one] if one.state == InstanceState::Running => (*one).clone(),
        _ => {
            let instances = select::named(aws, name).await?;
            select::one_live(name, &instances)?.ok_or_else(|| select::missing(name.as_str()))?.clone()
        }
    };
    let mut patience = Patience::new(options.timeout.0);
    let is_restarted = seen.iter().any(|one| matches!(one.state, InstanceState::Stopping | InstanceState::Stopped));
    let trust = match (options.accept_host_key, is_restarted) {
        (true, _) => Trust::Server,
        (false, true) => Trust::ConsoleOfRestarted,
        (false, false) => Trust::Console,
    };
    let default = if context.settings.nitro() { WaitFor::Ready } else { WaitFor::Ssh };
    let wait = options.wait.unwrap_or(default);
    let awaited = instance::await_instance(context, aws, folder, &instance, wait, trust, &mut patience).await;
    awaited.map_err(|error| error.made([instance::wait::made(&instance)]))
}

/// Whether an error says that what the plan was made from is no longer so: another run was at work.
fn is_of_another_run(error: &Error) -> bool {
    let is_gone = ["InvalidGroup.NotFound", "InvalidKeyPair.NotFound", "InvalidInstanceID.NotFound"];
    let answer = error.aws_code().is_some_and(|code| is_gone.contains(&code));
    let kinds =
        [Kind::InstanceExists, Kind::InstanceFailed, Kind::InstanceMissing, Kind::GroupMissing, Kind::KeyMissing];
    answer || kinds.contains(&error.kind())
}

fn say(context: &Context<'_>, plan: &Plan) {
    if !plan.is_empty() {
        context.ui.note(plan.text().trim_end());
    }
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
