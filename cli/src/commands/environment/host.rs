//! What the host says of itself, for `status`: one connection, made only where nothing has to be waited for, proven or
//! copied first.

use std::time::Duration;

use iac_core::host::report::{Check, Report};
use iac_core::observed::{Instance, InstanceState};
use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, Kind, Label, Result};
use crate::ssh::Target;
use crate::work::{Session, existing_folder, host, host_key, select, target};

/// How long a host may take to answer; one that lets nobody in any more does not answer at all.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// The host check in short form.
#[derive(Debug, Serialize)]
pub(super) struct HostCheck {
    /// Whether every check holds; `None` where the host was not asked.
    pub(super) ready: Option<bool>,
    /// The checks that do not hold.
    failed: Vec<Check>,
    /// Why it was not asked, or gave no answer.
    reason: Option<String>,
    /// Whether the wanted enclave does not fit on the instance's type.
    #[serde(skip)]
    is_unsuitable: bool,
    /// When it ends itself.
    #[serde(skip)]
    pub(super) ends: Option<Timestamp>,
}

/// Asks the host of the environment's instance; `None` where there is none that runs, or more than one.
pub(super) async fn check(session: &Session<'_>) -> Result<Option<HostCheck>> {
    let instances = select::named(&session.aws, session.settings.instance_name()?).await?;
    let mut live = instances.iter().filter(|instance| instance.state.is_live());
    let (Some(instance), None) = (live.next(), live.next()) else { return Ok(None) };
    if instance.state != InstanceState::Running {
        return Ok(None);
    }
    let wanted = host::wanted_of(session.settings, &session.aws, instance);
    let (target, wanted) = match tokio::join!(reachable(session, instance), wanted) {
        // Nothing that is asked of the host would tell more.
        (_, Err(error)) if is_about_the_type(&error) => return Ok(Some(HostCheck::unsuitable(&error))),
        (Ok(target), wanted) => (target, wanted?),
        (Err(error), _) => return Ok(Some(HostCheck::not_asked(&error))),
    };
    match host::look(session, &target, &wanted, ANSWERS_WITHIN).await {
        Ok(report) => Ok(Some(HostCheck::of(&report))),
        Err(error) if error.kind() == Kind::Interrupted => Err(error),
        Err(error) if error.kind() == Kind::TimedOut => Ok(Some(HostCheck::silent("it does not answer"))),
        Err(error) => Ok(Some(HostCheck::silent(error.message()))),
    }
}

/// Whether the wanted enclave and the instance's type do not go together: a difference, as any other between what is wanted
/// and what there is.
fn is_about_the_type(error: &Error) -> bool {
    matches!(error.kind(), Kind::TypeUnsuitable | Kind::TypeWithoutEnclaves | Kind::TypeUnknown)
}

/// What a connection takes, as far as it is on this machine.
async fn reachable(session: &Session<'_>, instance: &Instance) -> Result<Target> {
    let missing = || Error::new(Kind::KeyFileMissing, "its private key file is not on this machine");
    let folder = existing_folder(session.settings).ok_or_else(missing)?;
    let key_file = target::private_half(session, &folder, instance).await;
    let target = host_key::target(session.settings, &folder, instance, &key_file.map_err(|_| missing())?)?;
    if host_key::is_known(&folder, &instance.id)? {
        return Ok(target);
    }
    Err(Error::new(
        Kind::HostKeyUnproven,
        "its host key is not proven on this machine yet; `iac host status` does that",
    ))
}

impl HostCheck {
    fn of(report: &Report) -> Self {
        let failed = report.failed().cloned().collect();
        Self { ready: Some(report.ready), failed, reason: None, is_unsuitable: false, ends: report.ends }
    }

    fn silent(reason: &str) -> Self {
        let reason = Some(reason.to_owned());
        Self { ready: Some(false), failed: Vec::new(), reason, is_unsuitable: false, ends: None }
    }

    fn unsuitable(error: &Error) -> Self {
        let lines = error.lines().into_iter().filter(|(label, _)| matches!(label, Label::Error | Label::Cause));
        let reason = lines.map(|(_, text)| text).collect::<Vec<_>>().join(": ");
        Self { is_unsuitable: true, ..Self::silent(&reason) }
    }

    fn not_asked(error: &Error) -> Self {
        Self { ready: None, ..Self::silent(error.message()) }
    }

    /// The check in a line.
    pub(super) fn text(&self) -> String {
        let failed: Vec<String> = self.failed.iter().map(|check| format!("{}: {}", check.check, check.found)).collect();
        match (self.ready, &self.reason) {
            (_, Some(reason)) if self.is_unsuitable => format!("host: {reason}"),
            (None, reason) => format!("host: not asked: {}", reason.as_deref().unwrap_or_default()),
            (Some(_), Some(reason)) => format!("host: no answer: {reason}"),
            (Some(true), None) => "host: every check holds".to_owned(),
            (Some(false), None) => format!("host: {}; see `iac host status`", failed.join("; ")),
        }
    }
}
