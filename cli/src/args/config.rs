//! What can be typed after `iac config`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct ConfigCommand {
    #[command(subcommand)]
    pub(crate) verb: Option<ConfigVerb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Write the sample as your configuration file; never overwrites one
    Init,
    /// Print every value in use and where it comes from; secrets are hidden
    Show,
    /// Check the file, the environment and the files they name
    Check,
}
