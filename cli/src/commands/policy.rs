//! `iac policy`: the least IAM policy for this account, region and configuration, to paste or to pipe.

use std::collections::BTreeSet;

use iac_core::partition::Partition;
use iac_core::policy::{LONGEST, LaunchImage, Operation, Policy, Scope, operations_of, policy};

use super::{Context, check_account, connect};
use crate::args::PolicyCommand;
use crate::config::{Settings, value::Image};
use crate::error::{Error, Kind, Result, unknown_partition};

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
            let aws = connect(settings).await?;
            let progress = context.ui.progress("asking whose account this is");
            (progress.during(check_account(settings, &aws)).await?, aws.region.clone())
        }
    };
    scope_of(settings, account, region)
}

/// What a policy is for: the settings, in this account and region.
pub(super) fn scope_of(settings: &Settings, account: String, region: String) -> Result<Scope> {
    let partition = Partition::of(&region).ok_or_else(|| unknown_partition(&region))?;
    Ok(Scope {
        account,
        region,
        partition,
        all_regions: false,
        environment: settings.optional_instance_name().cloned(),
        key_name: settings.optional_key_name().cloned(),
        image: match &settings.image {
            None => LaunchImage::Newest,
            Some(Image::Id(id)) => LaunchImage::Id(id.clone()),
            Some(Image::Parameter(name)) => LaunchImage::Parameter(name.clone()),
        },
        subnet_id: settings.subnet_id.clone(),
        instance_profile: settings.instance_profile.clone(),
        fqdn: settings.fqdn.clone(),
        tag_keys: settings.tags.keys().cloned().collect(),
    })
}
