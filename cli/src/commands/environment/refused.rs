//! What stands against a plan, as an error: the first refusal speaks, the others are its causes.

use iac_core::plan::{Need, Plan, Refusal};

use crate::config::Key;
use crate::error::{Error, Kind, Result};
use crate::work::Context;

/// Refuses a plan that cannot be carried out whole, before anything is changed.
pub(super) fn check(context: &Context<'_>, plan: &Plan, permitted: &[Need]) -> Result<()> {
    let Some((first, others)) = plan.refused.split_first() else { return check_needs(plan, permitted) };
    let error = others.iter().fold(Error::new(kind(first), first.to_string()), Error::cause);
    Err(plan.refused.iter().flat_map(|refusal| hints(context, refusal)).fold(error, Error::hint))
}

/// Refuses what takes the running instance from its users, unless that was allowed.
fn check_needs(plan: &Plan, permitted: &[Need]) -> Result<()> {
    let steps = plan.not_permitted(permitted);
    let Some(first) = steps.first() else { return Ok(()) };
    let needs_new = steps.iter().any(|step| step.needs == Some(Need::Replace));
    let (message, hint) = match needs_new {
        true => ("what is wanted needs a new instance", "allow it with `--replace`; what is on the instance is lost"),
        false => ("what is wanted needs a restart of the instance", "allow it with `--allow-restart`"),
    };
    let id = first.action.id().unwrap_or_default();
    Err(Error::new(Kind::PermissionNeeded, format!("{message}: {id}")).cause(&first.reason).hint(hint))
}

fn kind(refusal: &Refusal) -> Kind {
    match refusal {
        Refusal::KeyFileMissing(_) => Kind::KeyFileMissing,
        Refusal::KeyFileDiffers(_) => Kind::KeyFileDiffers,
        Refusal::KeyFileUnreadable(_) => Kind::KeyFileExists,
        Refusal::KeyGone { .. } => Kind::KeyMissing,
        Refusal::GroupMissing(_) => Kind::GroupMissing,
        Refusal::NoVpc => Kind::NoDefaultVpc,
        Refusal::Ambiguous { .. } => Kind::InstanceAmbiguous,
        Refusal::NameTaken { .. } => Kind::InstanceExists,
        Refusal::Zone(error) => crate::work::records::zone_kind(error),
        Refusal::Dns(_) => Kind::RecordNotOurs,
        Refusal::NoAddress(_) => Kind::NoAddress,
    }
}

fn hints(context: &Context<'_>, refusal: &Refusal) -> Vec<String> {
    let folder = context.settings.optional_secrets_folder();
    let folder = folder.map_or_else(|| "the secrets folder".to_owned(), |path| format!("`{}`", path.display()));
    match refusal {
        Refusal::KeyFileMissing(name) => vec![
            format!("copy `{name}.pem` into {folder} from the machine where the pair was made"),
            "or use another pair with `--key-name`".to_owned(),
        ],
        Refusal::KeyFileDiffers(name) => {
            vec![format!("put the right `{name}.pem` into {folder}, or use another pair with `--key-name`")]
        }
        Refusal::KeyFileUnreadable(name) => {
            vec![format!("move `{name}.pem` out of {folder}, or use another pair with `--key-name`")]
        }
        Refusal::KeyGone { .. } => vec![
            "run `iac up` on the machine that has the pair's private key file".to_owned(),
            "or end the instance with `iac instance terminate`, and run `iac up` again".to_owned(),
        ],
        Refusal::GroupMissing(_) => vec!["set `security_group` to a name to make a new one".to_owned()],
        Refusal::NoVpc => vec![
            "set `subnet_id` to the subnet to launch in".to_owned(),
            "or make a default VPC with `aws ec2 create-default-vpc`".to_owned(),
        ],
        Refusal::Ambiguous { .. } => {
            vec!["end all but one with `iac instance terminate --id ID`, then run the command again".to_owned()]
        }
        Refusal::NameTaken { .. } => {
            vec!["choose another `instance_name`, or end it with `iac instance terminate`".to_owned()]
        }
        Refusal::Zone(_) => vec![format!("check `{}`, or remove it to do without a name", Key::Fqdn.name())],
        Refusal::Dns(_) => vec!["choose another `fqdn`, or replace it with `iac dns create --force`".to_owned()],
        Refusal::NoAddress(_) => {
            vec!["launch it in a subnet that gives public addresses, with `subnet_id`".to_owned()]
        }
    }
}
