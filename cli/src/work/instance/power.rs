//! Asks AWS to start or stop an instance, where that is needed and as soon as it can be asked for.

use iac_core::observed::{Instance, InstanceState};
use iac_core::power::{self, Power};

use super::wait;
use crate::aws::{CallError, LaunchError};
use crate::error::{Error, Result, refused_start};
use crate::work::Session;
use crate::work::patience::Patience;

/// Asks AWS to start an instance where that is needed, and returns the instance in the state that follows.
pub(crate) async fn start(session: &Session<'_>, instance: &Instance, patience: &mut Patience) -> Result<Instance> {
    let id = &instance.id;
    match power::start(&instance.state) {
        Power::Done | Power::UnderWay => return Ok(instance.clone()),
        Power::Never => {
            return Err(wait::ended(instance).hint("run `iac instance create` for a new one"));
        }
        Power::AskLater => drop(wait::stopped(session, id, patience).await?),
        Power::Ask => {}
    }
    session.interrupt.check()?;
    let progress = session.ui.progress(&format!("starting {id}"));
    let state = progress.during(session.aws.start(id)).await.map_err(|error| refused(instance, error))?;
    // Its former address went with the stop.
    Ok(Instance { state, public_dns_name: None, public_ip_address: None, ..instance.clone() })
}

fn refused(instance: &Instance, error: CallError) -> Error {
    let Instance { id, instance_type, availability_zone, .. } = instance;
    let zone = availability_zone.as_deref().unwrap_or("its zone");
    refused_start(LaunchError::from(error), id, instance_type, zone)
}

/// Asks AWS to stop an instance where that is needed, and returns the state that follows.
pub(crate) async fn stop(session: &Session<'_>, instance: &Instance, patience: &mut Patience) -> Result<InstanceState> {
    let id = &instance.id;
    match power::stop(&instance.state) {
        Power::Done | Power::UnderWay => return Ok(instance.state.clone()),
        Power::Never => return Err(wait::ended(instance)),
        Power::AskLater => drop(wait::running(session, id, patience).await?),
        Power::Ask => {}
    }
    session.interrupt.check()?;
    let progress = session.ui.progress(&format!("stopping {id}"));
    Ok(progress.during(session.aws.stop(id)).await?)
}
