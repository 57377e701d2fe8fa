//! What can be typed after `iac eif`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct EifCommand {
    #[command(subcommand)]
    pub(crate) verb: EifVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EifVerb {
    /// Show an image's header, sections, metadata, PCRs and signature
    Show {
        /// Enclave image
        file: PathBuf,
    },
    /// Show why two images have different PCRs, down to the files in their ramdisks
    Diff {
        /// Enclave image
        before: PathBuf,
        /// Enclave image to compare it with
        after: PathBuf,
        /// Exit with status 3 if they differ
        #[arg(long)]
        check: bool,
    },
}
