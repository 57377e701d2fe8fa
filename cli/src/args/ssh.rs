//! What can be typed after `iac ssh`.

use clap::Args;

use super::TargetOptions;

#[derive(Debug, Args)]
pub(crate) struct SshCommand {
    #[command(flatten)]
    pub(crate) target: TargetOptions,
    /// Print a block of OpenSSH configuration, for rsync, scp and editors
    #[arg(long, conflicts_with = "argv")]
    pub(crate) config: bool,
    /// Command and its arguments, passed on exactly as written [default: a shell]
    #[arg(last = true, value_name = "ARGV")]
    pub(crate) argv: Vec<String>,
}
