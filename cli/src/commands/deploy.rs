//! `iac deploy`: files to the instance and back, and commands there.

mod fetch;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use iac_core::destination::{Destination, DestinationError};
use iac_core::quote;
use serde::Serialize;

use crate::args::{DeployCommand, DeployVerb, TargetOptions};
use crate::error::{Error, Kind, Result};
use crate::ssh::{Refusal, Source, Target, UploadError};
use crate::ui::Progress;
use crate::work::Context;
use crate::work::target::target;

/// Runs one verb of `iac deploy` and returns the exit status.
pub(super) async fn run(context: &Context<'_>, command: DeployCommand) -> Result<u8> {
    match command.verb {
        DeployVerb::Copy { file, destination } => {
            copy(context, &command.target, &file, destination.as_deref()).await.map(|()| 0)
        }
        DeployVerb::Fetch { remote, local, replace } => {
            fetch::fetch(context, &command.target, &remote, local.as_deref(), replace).await.map(|()| 0)
        }
        DeployVerb::Run { command: line } => run_line(context, &command.target, &line).await,
    }
}

/// What `deploy run` prints under JSON.
#[derive(Debug, Serialize)]
struct Ran {
    stdout: String,
    stderr: String,
    status: u8,
}

/// Hands the line to the login user's shell as it is.
async fn run_line(context: &Context<'_>, options: &TargetOptions, line: &str) -> Result<u8> {
    let target = Box::pin(target(context, options)).await?;
    let is_json = context.ui.json();
    let output = if is_json {
        context.interrupt.or_stop(target.captured(line)).await??
    } else {
        context.interrupt.or_stop(target.attached(Some(line))).await??
    };
    let said = output.failure.as_ref().map(|failure| failure.said.join("\n"));
    if let Some(failure) = output.failure {
        context.ui.explain(&failure.into());
    }
    if is_json {
        let mut stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        stderr.push_str(&said.unwrap_or_default());
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        context.ui.data(&Ran { stdout, stderr, status: output.status }, |_| String::new())?;
    }
    Ok(output.status)
}

/// What `deploy copy` prints.
#[derive(Debug, Serialize)]
struct Copied {
    file: String,
    destination: String,
    instance: String,
}

async fn copy(context: &Context<'_>, options: &TargetOptions, file: &Path, typed: Option<&str>) -> Result<()> {
    let source = Source::open(file)?;
    let destination = Destination::of(typed, source.name.as_deref()).map_err(|error| unplaced(file, error))?;
    let target = Box::pin(target(context, options)).await?;
    let progress = context.ui.progress(&format!("copying {}", file.display()));
    let result = progress.during(upload(context, &target, source, &destination, &progress)).await;
    drop(progress);
    result?.map_err(|error| failed(&target, &destination, error))?;
    let copied = Copied {
        file: file.display().to_string(),
        destination: destination.shown.clone(),
        instance: target.instance_id.clone(),
    };
    context.ui.data(&copied, |_| {
        iac_core::text::plain(&format!("copied `{}` to `{}` on {}", copied.file, copied.destination, copied.instance))
    })
}

/// Copies, and says meanwhile how far it is.
async fn upload(
    context: &Context<'_>,
    target: &Target,
    source: Source,
    destination: &Destination,
    progress: &Progress,
) -> Result<std::result::Result<(), UploadError>> {
    let (size, sent) = (source.size, Arc::new(AtomicU64::new(0)));
    let uploading = context.interrupt.or_stop(target.upload(source, destination, Arc::clone(&sent)));
    tokio::pin!(uploading);
    let mut redraw = tokio::time::interval(Duration::from_millis(200));
    loop {
        tokio::select! {
            result = &mut uploading => return result,
            _ = redraw.tick() => progress.now(&far(&destination.shown, sent.load(Ordering::Relaxed), size)),
        }
    }
}

/// How far a copy is, in words.
fn far(shown: &str, sent: u64, size: u64) -> String {
    const MIB: u64 = 1 << 20;
    if size < MIB {
        return format!("copying {shown}");
    }
    format!("copying {shown}: {} of {} MiB, {} %", sent / MIB, size.div_ceil(MIB), sent.min(size) * 100 / size)
}

fn unplaced(file: &Path, error: DestinationError) -> Error {
    Error::new(Kind::CopyFailed, format!("cannot tell where to copy `{}`", file.display()))
        .cause(error)
        .hint("name the destination: `iac deploy copy FILE DEST`")
}

/// What a copy that did not succeed means to a person.
fn failed(target: &Target, destination: &Destination, error: UploadError) -> Error {
    let (refusal, said) = match error {
        UploadError::Source(error) => return error.into(),
        UploadError::Ssh(error) => return error.into(),
        UploadError::Refused(refusal, said) => (refusal, said),
    };
    let (id, path, folder) = (&target.instance_id, &destination.shown, destination.folder_shown());
    let message = match refusal {
        Refusal::NoFolder => format!("there is no folder `{folder}` on {id}"),
        Refusal::IsFolder => format!("`{path}` is a folder on {id}"),
        Refusal::IsFile => format!("`{path}` is no folder on {id}"),
        Refusal::NoTar => format!("a folder cannot be copied to {id}: there is no `tar`"),
        Refusal::FolderClosed => format!("cannot write to the folder `{folder}` on {id}"),
        Refusal::NotWritten => format!("cannot write `{path}` on {id}"),
        Refusal::Incomplete => format!("`{path}` did not arrive whole on {id}"),
        Refusal::NotPlaced => format!("cannot put `{path}` into its place on {id}"),
        Refusal::NotRemoved => format!("`{path}` is copied, but what it replaced cannot be removed on {id}"),
        Refusal::Other(status) => format!("the copy to {id} ended with status {status}"),
    };
    let error = said.lines().fold(Error::new(Kind::CopyFailed, message), Error::cause);
    match refusal {
        Refusal::NoFolder => error.hint(format!("make it with {}", run_hint(&["mkdir", "-p", "--", folder]))),
        Refusal::IsFolder => error.hint("end the destination with `/` to copy into it"),
        Refusal::IsFile => error.hint(format!("remove it with {}", run_hint(&["rm", "--", path]))),
        Refusal::NoTar => error.hint(format!("install it with {}", run_hint(&["sudo", "dnf", "install", "-y", "tar"]))),
        Refusal::FolderClosed | Refusal::NotWritten => {
            error.hint(format!("look at the room there with {}", run_hint(&["df", "-h", "--", folder])))
        }
        _ => error,
    }
}

/// A command for the instance, as one would type it here.
fn run_hint(words: &[&str]) -> String {
    let quoted = |words: &[String]| quote::command(words).expect("arguments of a process hold no NUL");
    let line = quoted(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
    format!("`iac deploy run {}`", quoted(&[line]))
}
