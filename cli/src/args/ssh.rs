//! What can be typed after `iac ssh`.

use clap::Args;

use super::TargetOptions;

#[derive(Debug, Args)]
pub(crate) struct SshCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    /// Print a block of OpenSSH configuration with which rsync, scp and editors reach the instance
    #[arg(long, conflicts_with = "argv")]
    pub(crate) config: bool,
    /// Command and its words, run there exactly as given here [default: a shell]
    #[arg(last = true, value_name = "ARGV")]
    pub(crate) argv: Vec<String>,
}
