//! The instance of an environment, launched once however many runs want it, and waited for.

use iac_core::launch::launch_tokens;
use iac_core::observed::{Instance, Observed};

use super::create::{end_surplus, finish, first_unused, launch};
use super::prepare::prepare;
use crate::args::WaitFor;
use crate::aws::Aws;
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
    accept_host_key: bool,
    patience: &mut Patience,
) -> Result<Instance> {
    let how = (wait, accept_host_key);
    if wait < WaitFor::Ssh {
        return finish(context, aws, folder, instance, folder.path(), how, patience).await;
    }
    let key_file = key::private_half(context, aws, folder).await?;
    finish(context, aws, folder, instance, &key_file, how, patience).await
}
