//! iac: AWS Nitro Enclave hosts from a terminal.
//!
//! From here on data flows one way: arguments → settings → command → result or error → exit status.

mod args;
mod aws;
mod commands;
mod config;
mod credentials;
mod error;
mod files;
mod interrupt;
mod panics;
mod proof;
mod ssh;
mod ui;
mod work;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Arguments, Format};
use clap::Parser;
use config::Environment;
use error::{Error, Kind};
use ui::Ui;

fn main() -> ExitCode {
    panics::listen();
    let words: Vec<OsString> = std::env::args_os().collect();
    let environment = Environment::of_process();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(refusal) => return refuse(&refusal, &words, &environment),
    };
    let ui = Ui::new(arguments.global.output, arguments.global.verbose, &environment);
    match panics::caught(|| commands::run(arguments, &environment, &ui)) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.kind().exit())
        }
    }
}

/// Prints the help that was asked for, or what is wrong with the command line.
fn refuse(refusal: &clap::Error, words: &[OsString], environment: &Environment) -> ExitCode {
    let ui = Ui::new(typed_format(words), 0, environment);
    if !refusal.use_stderr() {
        return match ui.help(&refusal.render()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                ui.error(&error);
                ExitCode::from(error.kind().exit())
            }
        };
    }
    let text = refusal.render().to_string();
    let error = match refusal.kind() {
        // Where no command was given, the whole help is what is missing.
        clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Error::new(Kind::Usage, text.trim_end()),
        _ => Error::usage(&text),
    };
    ui.error(&error);
    ExitCode::from(error.kind().exit())
}

/// The output format of a command line that could not be parsed as a whole.
fn typed_format(words: &[OsString]) -> Option<Format> {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let attached = words.iter().find_map(|word| word.strip_prefix("--output="));
    let separate = words.iter().skip_while(|word| *word != "--output").nth(1).map(AsRef::as_ref);
    <Format as clap::ValueEnum>::from_str(attached.or(separate)?, false).ok()
}
