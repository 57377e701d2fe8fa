//! `iac instance wait`: waits for one instance and prints it.

use iac_core::observed::{Instance, InstanceState};

use super::list::described;
use crate::args::{Goal, WaitFor};
use crate::error::Result;
use crate::files::SecretsFolder;
use crate::work::host_key::{Login, Trust};
use crate::work::instance::wait::{Wait, running, stopped, terminated, until};
use crate::work::patience::Patience;
use crate::work::{Context, select, target};

/// Waits for one instance and prints it.
pub(super) async fn wait(
    context: &Context<'_>,
    id: Option<&str>,
    goal: Goal,
    trust: Trust,
    mut patience: Patience,
) -> Result<()> {
    let session = context.connect().await?;
    let instance = context.interrupt.or_stop(select::one_or_ending(&session.aws, context.settings, id)).await??;
    if instance.state == InstanceState::Stopped && matches!(goal, Goal::Running | Goal::Ssh) {
        context.ui.note(&format!("{} is stopped: it runs once it is started, with `iac instance start`", instance.id));
    }
    let patience = &mut patience;
    let instance = match goal {
        Goal::Running => running(&session, &instance.id, patience).await?,
        Goal::Stopped => stopped(&session, &instance.id, patience).await?,
        Goal::Terminated => {
            terminated(&session, &instance.id, patience).await?;
            Instance { state: InstanceState::Terminated, ..instance }
        }
        Goal::Ssh => {
            let folder = SecretsFolder::existing(context.settings.secrets_folder()?);
            let key_file = target::private_half(&session, &folder, &instance).await?;
            let login = Login { folder: &folder, key_file: &key_file, trust };
            until(&session, &instance, Wait { until: WaitFor::Ssh, login: Some(&login) }, patience).await?.instance
        }
    };
    context.ui.data(&instance, |width| described(&instance, width))
}
