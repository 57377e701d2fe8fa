//! A bug that stops the program half-way: it ends in an error like any other, with a code and an exit status.
//!
//! The program is at fault then, and nobody who reads its output should have to know how its language says so.

use std::any::Any;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Kind, Result};

/// What the first panic was: its text, and the line of the program.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from being printed as the language prints them; [`caught`] tells of them.
pub(crate) fn listen() {
    std::panic::set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| format!(", at {}:{}", place.file(), place.line())).unwrap_or_default();
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert(format!("{}{place}", text(panic.payload())));
}

/// Works, and makes an error of a panic, wherever in the program it happened.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing that the work has touched is used again: the error is printed, and the program ends.
    let result = catch_unwind(AssertUnwindSafe(work));
    let noted = FIRST.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (result, noted) {
        (Ok(result), None) => result,
        (Ok(Err(error)), Some(cause)) => Err(error.beside(bug(cause))),
        (Ok(Ok(_)), Some(cause)) => Err(bug(cause)),
        (Err(payload), noted) => Err(bug(noted.unwrap_or_else(|| text(&*payload)))),
    }
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason is known".to_owned())
}

fn bug(cause: String) -> Error {
    Error::new(Kind::Internal, "a bug in `iac` stopped the command")
        .cause(cause)
        .hint("run the command again: it goes on where it stopped")
        .hint("report the bug with these lines and with what `iac --version` prints")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught_panic(work: impl FnOnce() -> Result<()>) -> (Kind, String) {
        let error = caught(work).unwrap_err();
        (error.kind(), error.lines().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_panic_is_an_internal_error_with_its_text() {
        let (kind, lines) = caught_panic(|| panic!("the shelf is empty"));
        assert_eq!((kind, kind.exit()), (Kind::Internal, 70));
        assert!(lines.contains("the shelf is empty"), "{lines}");
        let number = 3;
        let (_, lines) = caught_panic(|| panic!("the shelf has {number} holes"));
        assert!(lines.contains("the shelf has 3 holes"), "{lines}");
    }

    #[test]
    fn what_does_not_panic_is_as_it_is() {
        assert!(caught(|| Ok(())).is_ok());
        let (kind, lines) = caught_panic(|| Err(Error::new(Kind::NotOurs, "it is not")));
        assert_eq!((kind, lines.as_str()), (Kind::NotOurs, "it is not"));
    }
}
