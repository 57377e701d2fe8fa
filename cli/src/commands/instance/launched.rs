//! The instance of an environment, launched once however many runs want it, and waited for.

use iac_core::launch::launch_tokens;
use iac_core::observed::{Instance, Observed};

use super::create::{end_surplus, finish, first_unused, launch};
use super::prepare::prepare;
use super::wait::Login;
use crate::args::WaitFor;
use crate::aws::Aws;
use crate::commands::host_key::Trust;
use crate::commands::patience::Patience;
use crate::commands::{Context, key, select};
use crate::error::Result;
use crate::files::SecretsFolder;

/// Marks a launch as begun, with the token that it will have. Written before anything is made for it, the mark tells a
/// `down` that comes soon after that AWS may not show everything yet.
pub(crate) fn mark_launch(context: &Context<'_>, folder: &SecretsFolder, have: &Observed) -> Result<()> {
    let unused = first_unused(&have.tokens, &have.instances);
    match have.tokens.get(unused) {
        Some(token) => Ok(folder.write_launch(context.settings.instance_name()?, token)?),
        None => Ok(()),
    }
}

/// Launches the instance unless another run has done so meanwhile; the mark of the launch stays until it is waited for.
pub(crate) async fn launch_once(context: &Context<'_>, aws: &Aws, folder: &SecretsFolder) -> Result<Instance> {
    let name = context.settings.instance_name()?;
    let (prepared, instances) = tokio::join!(prepare(context, aws, folder, true), select::named(aws, name));
    let (instances, prepared) = (instances?, prepared?);
    if let Some(instance) = select::one_live(name, &instances)? {
        return Ok(instance.clone());
    }
    let tokens = launch_tokens(&prepared.account, &aws.region, name);
    let unused = &tokens[first_unused(&tokens, &instances)..];
    let instance = launch(context, aws, folder, &prepared, unused).await?;
    end_surplus(context, aws, &tokens, &instance).await?;
    Ok(instance)
}

/// Waits for the instance as far as was asked for, and removes the mark of its launch.
pub(crate) async fn await_instance(
    context: &Context<'_>,
    aws: &Aws,
    folder: &SecretsFolder,
    instance: &Instance,
    wait: WaitFor,
    trust: Trust,
    patience: &mut Patience,
) -> Result<Instance> {
    let key_file = match wait {
        WaitFor::Ssh | WaitFor::Ready => Some(key::private_half(context, aws, folder).await?),
        WaitFor::None | WaitFor::Running => None,
    };
    let login = key_file.as_ref().map(|key_file| Login { folder, key_file, trust });
    finish(context, aws, folder, instance, login.as_ref(), wait, patience).await
}
