//! One connection to a host: a script goes there as its input, and what it says comes back.

use std::io::Write;

use iac_core::host::Wanted;
use iac_core::host::facts::Facts;
use iac_core::host::report::Report;
use iac_core::host::script;
use iac_core::host::set_up::SetUp;

use crate::commands::Context;
use crate::error::{Error, Kind, Result};
use crate::ssh::Target;

/// What a script on the host said, and its status.
pub(super) struct Said {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) status: u8,
}

/// Looks at everything that a host is asked about.
pub(super) async fn look(context: &Context<'_>, target: &Target, wanted: &Wanted) -> Result<Report> {
    let said = run(context, target, "sh -s", script::facts(wanted)).await?;
    let facts = Facts::read(&said.stdout).ok_or_else(|| unclear(&said, &target.instance_id))?;
    Ok(Report::of(wanted, &facts))
}

/// Makes a host ready; a step that fails is an error with what the host says of it.
pub(super) async fn set_up(context: &Context<'_>, target: &Target, script: String) -> Result<SetUp> {
    let said = run(context, target, "sudo -n sh -s", script).await?;
    let set_up = SetUp::read(&said.stdout);
    let id = &target.instance_id;
    if let Some(step) = set_up.failed() {
        let error = Error::new(Kind::SetUpFailed, format!("the set-up failed at {step}: {id}"));
        return Err(set_up
            .log
            .iter()
            .fold(error, Error::cause)
            .hint("see all of it with `iac deploy run 'cat /var/log/iac-setup.log'`")
            .hint("run `iac host setup` again once the cause is gone"));
    }
    if set_up.has_ended { Ok(set_up) } else { Err(unclear(&said, id)) }
}

/// Runs a command line on the host with `input` as its input.
pub(super) async fn run(context: &Context<'_>, target: &Target, line: &str, input: String) -> Result<Said> {
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
pub(super) fn unclear(said: &Said, id: &str) -> Error {
    let error = Error::new(Kind::HostAnswer, format!("the host's answer is not whole: {id}"))
        .cause(format!("the shell there ended with status {}", said.status));
    let lines = said.stderr.lines().filter(|line| !line.trim().is_empty());
    lines.fold(error, Error::cause).hint("look yourself with `iac ssh`")
}
