//! `iac policy`: the least IAM policy for this account, region and configuration, to paste or to pipe.

use std::collections::BTreeSet;

use iac_core::policy::{LONGEST, Operation, Policy, Scope, operations_of, policy};

use crate::args::PolicyCommand;
use crate::error::{Error, Kind, Result};
use crate::work::Context;
use crate::work::scope::scope_of;

/// Prints the policy. AWS is asked only for what the settings leave open: the account, or the region.
pub(super) async fn run(context: &Context<'_>, command: &PolicyCommand) -> Result<()> {
    let operations = operations(&command.commands);
    let scope = Scope { all_regions: command.all_regions, ..scope(context).await? };
    if scope.environment.is_none() {
        context.ui.note("no `instance_name`: the policy is for every environment that `iac` made");
    }
    if let (Some(profile), true) = (&scope.instance_profile, operations.contains(&Operation::RunInstances)) {
        context.ui.note(&format!("the role of instance profile `{profile}` is taken to have the profile's name"));
    }
    if scope.fqdn.is_none() && operations.contains(&Operation::ListHostedZones) {
        context.ui.note("no `fqdn`: the policy allows nothing of Route 53");
    }
    let policy = policy(&operations, &scope);
    if policy.is_empty() {
        // Only commands of `dns` may be left without any right.
        context.settings.fqdn()?;
    }
    let policy = part(context, policy, command.part)?;
    let document = serde_json::to_string_pretty(&policy);
    context.ui.text(&document.map_err(|error| Error::new(Kind::Internal, "a policy cannot be written").cause(error))?)
}

/// The part that is asked for, or all of it; what IAM would not take is said.
fn part(context: &Context<'_>, policy: Policy, wanted: Option<usize>) -> Result<Policy> {
    let parts = policy.clone().parts();
    let chosen = match wanted {
        Some(number) => number.checked_sub(1).and_then(|place| parts.get(place)).cloned().ok_or_else(|| {
            Error::new(Kind::Usage, format!("there is no part {number} of this policy"))
                .hint(format!("its parts are 1 to {}", parts.len()))
        })?,
        None => policy,
    };
    let length = chosen.length();
    if length > LONGEST {
        let mend = match wanted {
            Some(_) => "shorten the keys in `tags`".to_owned(),
            None => format!("print it in {} parts, `--part 1` and so on, and attach all of them", parts.len()),
        };
        context.ui.warn(&format!("the policy has {length} characters, and IAM takes {LONGEST}: {mend}"));
    }
    Ok(chosen)
}

/// The calls of these commands, or of all.
fn operations(commands: &[String]) -> BTreeSet<Operation> {
    if commands.is_empty() {
        return Operation::ALL.iter().copied().collect();
    }
    commands.iter().filter_map(|command| operations_of(command)).flatten().collect()
}

async fn scope(context: &Context<'_>) -> Result<Scope> {
    let settings = context.settings;
    let (account, region) = match (&settings.account, &settings.region) {
        (Some(account), Some(region)) => (account.clone(), region.clone()),
        _ => {
            let session = context.connect().await?;
            let progress = context.ui.progress("asking whose account this is");
            (progress.during(session.account()).await?, session.aws.region.clone())
        }
    };
    scope_of(settings, account, region)
}
