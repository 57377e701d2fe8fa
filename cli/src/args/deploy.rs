//! What can be typed after `iac deploy`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::TargetOptions;

#[derive(Debug, Args)]
pub(crate) struct DeployCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    #[command(subcommand)]
    pub(crate) verb: DeployVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeployVerb {
    /// Copy a file or a folder to the instance
    Copy {
        /// File or folder on this machine
        file: PathBuf,
        /// Where to put it, relative to the home folder on the instance; a trailing `/` keeps the name [default: the home folder]
        #[arg(value_name = "DEST", value_parser = NonEmptyStringValueParser::new())]
        destination: Option<String>,
    },
    /// Copy a file or a folder from the instance
    Fetch {
        /// File or folder on the instance, relative to the home folder
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        remote: String,
        /// Where to put it on this machine; a trailing `/` keeps the name [default: here]
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        local: Option<String>,
        /// Replace an existing file or folder of that name
        #[arg(long)]
        replace: bool,
    },
    /// Run a command line in the login user's shell on the instance
    Run {
        /// The command line, as one string
        #[arg(value_name = "LINE", value_parser = NonEmptyStringValueParser::new())]
        command: String,
    },
}
