//! A question on a terminal, and the line that is typed as its answer.
//!
//! Reading from a terminal blocks, and a blocked runtime hears no Ctrl-C; so a thread of its own reads, and whoever waits
//! for the answer can stop waiting. Nothing of the terminal's settings is changed, so nothing has to be put back.

use std::io::{self, Write};
use std::thread;

use anstream::AutoStream;
use tokio::sync::oneshot;

use crate::error::{Error, Kind, Result};

/// A question that stands on the screen and has no answer yet.
struct Open;

impl Drop for Open {
    /// Ends its line: without an answer there was no Enter, and what comes next would stand beside the question.
    fn drop(&mut self) {
        writeln!(io::stderr()).ok();
    }
}

/// Writes the question and waits for a line; without one, at the end of the input, the answer is empty.
pub(super) async fn to(question: &str) -> Result<String> {
    let mut stderr = AutoStream::auto(io::stderr()).lock();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).ok();
    drop(stderr);
    let open = Open;
    let (sender, receiver) = oneshot::channel();
    let reader = thread::Builder::new().name("answer".to_owned()).spawn(move || {
        let mut line = String::new();
        // What cannot be read is no yes.
        io::stdin().read_line(&mut line).ok();
        // After an interruption nobody waits for the answer.
        sender.send(line).ok();
    });
    reader.map_err(|error| Error::new(Kind::Internal, "cannot read from the terminal").cause(error))?;
    let line = receiver.await.unwrap_or_default();
    if line.ends_with('\n') {
        std::mem::forget(open);
    }
    Ok(line)
}
