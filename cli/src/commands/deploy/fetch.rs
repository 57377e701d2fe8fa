//! `iac deploy fetch`: a file or folder of the instance to this machine, whole or not at all, and never over what is here
//! unless that is asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use iac_core::destination::{Destination, DestinationError};
use iac_core::text::plain;
use serde::Serialize;

use super::run_hint;
use crate::args::TargetOptions;
use crate::error::{Error, Kind, Result};
use crate::files::{Incoming, ReceiveError};
use crate::ssh::{DownloadError, Target, Withheld};
use crate::work::Context;
use crate::work::target::target;

/// What `deploy fetch` prints.
#[derive(Debug, Serialize)]
struct Fetched {
    source: String,
    file: String,
    instance: String,
}

/// Copies, and gives the copy its name once it is whole.
pub(super) async fn fetch(
    context: &Context<'_>,
    options: &TargetOptions,
    remote: &str,
    local: Option<&str>,
    replace: bool,
) -> Result<()> {
    let destination = Destination::of(local, name(remote)).map_err(|error| unplaced(remote, error))?;
    let path = Path::new(&destination.path);
    if !replace {
        must_be_free(path, &destination)?;
    }
    if !Path::new(&destination.folder).is_dir() {
        let folder = destination.folder_shown();
        return Err(Error::new(Kind::CopyFailed, format!("there is no folder `{folder}` on this machine"))
            .hint("make it, or name another place: `iac deploy fetch REMOTE LOCAL`"));
    }
    let target = Box::pin(target(context, options)).await?;
    let incoming = download(context, &target, remote, PathBuf::from(&destination.folder)).await?;
    let incoming = incoming.map_err(|error| failed(&target, remote, error))?;
    must_be_alike(path, &destination, &incoming)?;
    context.interrupt.check()?;
    incoming.settle(path, replace).map_err(|error| Error::from(ReceiveError::File(error)))?;
    let fetched =
        Fetched { source: remote.to_owned(), file: destination.shown.clone(), instance: target.instance_id.clone() };
    context.ui.data(&fetched, |_| {
        plain(&format!("fetched `{}` from {} to `{}`", fetched.source, fetched.instance, fetched.file))
    })
}

/// The last name of a path on the instance, if it has one.
fn name(remote: &str) -> Option<&str> {
    let name = remote.trim_end_matches('/').rsplit('/').next()?;
    Some(name).filter(|name| !matches!(*name, "" | "." | ".."))
}

fn must_be_free(path: &Path, destination: &Destination) -> Result<()> {
    let Ok(found) = path.symlink_metadata() else { return Ok(()) };
    let error = Error::new(Kind::FileExists, format!("`{}` is there already", destination.shown))
        .hint("replace it with `--replace`, or name another place: `iac deploy fetch REMOTE LOCAL`");
    Err(if found.is_dir() { error.hint("end the place with `/` to put it into that folder") } else { error })
}

/// A folder takes the place of a folder, a file that of a file.
fn must_be_alike(path: &Path, destination: &Destination, incoming: &Incoming) -> Result<()> {
    let Ok(found) = path.symlink_metadata() else { return Ok(()) };
    let explained = match (found.is_dir(), incoming.is_folder()) {
        (true, false) => "is a folder, and a file cannot replace it",
        (false, true) => "is a file, and a folder cannot replace it",
        _ => return Ok(()),
    };
    Err(Error::new(Kind::FileExists, format!("`{}` {explained}", destination.shown))
        .hint("name another place: `iac deploy fetch REMOTE LOCAL`"))
}

/// Copies, and says meanwhile how far it is.
async fn download(
    context: &Context<'_>,
    target: &Target,
    remote: &str,
    folder: PathBuf,
) -> Result<std::result::Result<Incoming, DownloadError>> {
    const MIB: u64 = 1 << 20;
    // No program takes it for an option.
    let there = if remote.starts_with('/') { remote.to_owned() } else { format!("./{remote}") };
    let progress = context.ui.progress(&format!("fetching {remote}"));
    let received = Arc::new(AtomicU64::new(0));
    let downloading = context.interrupt.or_stop(target.download(&there, folder, Arc::clone(&received)));
    let shown = async {
        tokio::pin!(downloading);
        let mut redraw = tokio::time::interval(Duration::from_millis(200));
        loop {
            tokio::select! {
                result = &mut downloading => return result,
                _ = redraw.tick() => match received.load(Ordering::Relaxed) / MIB {
                    0 => {}
                    done => progress.now(&format!("fetching {remote}: {done} MiB")),
                },
            }
        }
    };
    progress.during(shown).await
}

fn unplaced(remote: &str, error: DestinationError) -> Error {
    Error::new(Kind::CopyFailed, format!("cannot tell where to put `{remote}`"))
        .cause(error)
        .hint("name the place: `iac deploy fetch REMOTE LOCAL`")
}

/// What a copy that did not succeed means to a person.
fn failed(target: &Target, remote: &str, error: DownloadError) -> Error {
    let (withheld, said) = match error {
        DownloadError::Receive(error) => return error.into(),
        DownloadError::Ssh(error) => return error.into(),
        DownloadError::Withheld(withheld, said) => (withheld, said),
    };
    let id = &target.instance_id;
    let message = match withheld {
        Withheld::Missing => format!("there is no `{remote}` on {id}"),
        Withheld::Closed => format!("`{}` may not read `{remote}` on {id}", target.user),
        Withheld::Special => format!("`{remote}` is neither a file nor a folder on {id}"),
        Withheld::NoTar => format!("a folder cannot be fetched from {id}: there is no `tar`"),
        Withheld::NotRead => format!("`{remote}` could not be read whole on {id}"),
        Withheld::Other(status) => format!("the copy from {id} ended with status {status}"),
    };
    let error = said.lines().fold(Error::new(Kind::CopyFailed, message), Error::cause);
    match withheld {
        Withheld::Missing => error.hint(format!("look what is there with {}", run_hint(&["ls", "-la"]))),
        Withheld::NoTar => {
            error.hint(format!("install it with {}", run_hint(&["sudo", "dnf", "install", "-y", "tar"])))
        }
        Withheld::NotRead => error.hint("where it was written to meanwhile, run the command again"),
        _ => error,
    }
}
