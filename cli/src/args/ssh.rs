//! What can be typed after `iac ssh`.

use clap::Args;

use super::TargetOptions;

#[derive(Debug, Args)]
pub(crate) struct SshCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    /// Command and its words, run there exactly as given here [default: a shell]
    #[arg(last = true, value_name = "ARGV")]
    pub(crate) argv: Vec<String>,
}
