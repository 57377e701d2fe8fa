//! What can be typed after `iac config`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct ConfigCommand {
    #[command(subcommand)]
    pub(crate) verb: Option<ConfigVerb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Write the sample to where it is looked for, never over a file
    Init,
    /// Print every effective value and where it comes from, secrets masked
    Show,
    /// Check the file, the environment and the files they name
    Check,
}
