//! One connection to a host: a script goes there as its input, and what it says comes back.

use std::io::Write;
use std::time::Duration;

use iac_core::host::Wanted;
use iac_core::host::facts::Facts;
use iac_core::host::report::Report;
use iac_core::host::script;
use iac_core::host::set_up::SetUp;
use iac_core::text::last_lines;

use crate::error::{Error, Kind, Result};
use crate::ssh::{TOLD, Target};
use crate::work::Context;
use crate::work::patience::timed_out;

/// What a script on the host said, and its status.
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: u8,
}

/// Looks at everything that a host is asked about; one that does not answer in this time is not waited for.
pub(crate) async fn look(context: &Context<'_>, target: &Target, wanted: &Wanted, within: Duration) -> Result<Report> {
    let said = run_within(context, target, "sh -s", script::facts(wanted), within).await?;
    let facts = Facts::read(&said.stdout).ok_or_else(|| unclear(&said, &target.instance_id))?;
    Ok(Report::of(wanted, &facts))
}

/// Makes a host ready; a step that fails is an error with what the host says of it.
pub(crate) async fn set_up(context: &Context<'_>, target: &Target, script: String) -> Result<SetUp> {
    let said = run(context, target, "sudo -n sh -s", script).await?;
    let set_up = SetUp::read(&said.stdout);
    let id = &target.instance_id;
    if let Some(step) = set_up.failed() {
        let error = Error::new(Kind::SetUpFailed, format!("the set-up failed at {step}: {id}"));
        let log = set_up.log.join("\n");
        return Err(last_lines(&log, TOLD)
            .into_iter()
            .fold(error, Error::cause)
            .hint("see all of it with `iac deploy run 'cat /var/log/iac-setup.log'`")
            .hint("run `iac host setup` again once the cause is gone"));
    }
    if set_up.has_ended { Ok(set_up) } else { Err(unclear(&said, id)) }
}

/// Does as [`run`], but does not wait for longer than this.
pub(crate) async fn run_within(
    context: &Context<'_>,
    target: &Target,
    line: &str,
    input: String,
    within: Duration,
) -> Result<Said> {
    let silent = |_| Err(timed_out(&format!("{} to answer", target.instance_id)));
    tokio::time::timeout(within, run(context, target, line, input)).await.unwrap_or_else(silent)
}

/// Runs a command line on the host with `input` as its input.
pub(crate) async fn run(context: &Context<'_>, target: &Target, line: &str, input: String) -> Result<Said> {
    // A command that ends before it has read all of it says by its status why.
    let feed = move |mut pipe: std::fs::File| pipe.write_all(input.as_bytes()).ok();
    let (output, _) = context.interrupt.or_stop(Box::pin(target.fed(line, feed))).await??;
    if let Some(failure) = output.failure {
        return Err(failure.into());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Said { stdout: text(&output.stdout), stderr: text(&output.stderr), status: output.status })
}

/// An answer that is not what was asked for.
pub(crate) fn unclear(said: &Said, id: &str) -> Error {
    let error = Error::new(Kind::HostAnswer, format!("the host's answer is not whole: {id}"))
        .cause(format!("the shell there ended with status {}", said.status));
    last_lines(&said.stderr, TOLD).into_iter().fold(error, Error::cause).hint("look yourself with `iac ssh`")
}
