//! `iac policy`: the commands it is for, and the settings that name what it allows.

use clap::Args;
use iac_core::policy::{COMMANDS, operations_of};

use super::{Typed, present};
use crate::config::Key;

#[derive(Debug, Args)]
pub(crate) struct PolicyCommand {
    /// Commands to allow, such as `key` or `"instance create"` [default: all]
    #[arg(long = "for", value_name = "COMMAND", num_args = 1.., value_parser = command)]
    pub(crate) commands: Vec<String>,
    /// Also allow `status --all-regions`, which looks into all regions
    #[arg(long)]
    pub(crate) all_regions: bool,
    /// Which part to print, from 1, if the policy is longer than IAM accepts
    #[arg(long, value_name = "NUMBER")]
    pub(crate) part: Option<usize>,
    /// Name of the environment and of its instance
    #[arg(long, value_name = "NAME")]
    instance_name: Option<String>,
    /// Name of the key pair
    #[arg(long, value_name = "NAME")]
    key_name: Option<String>,
    /// Machine image, `ami-…` or `ssm:/…`
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Subnet to launch in
    #[arg(long, value_name = "ID")]
    subnet_id: Option<String>,
    /// Instance profile, by name or ARN
    #[arg(long, value_name = "NAME|ARN")]
    instance_profile: Option<String>,
    /// DNS name of the instance; without it the policy allows nothing in Route 53
    #[arg(long, value_name = "NAME")]
    fqdn: Option<String>,
}

impl PolicyCommand {
    pub(super) fn typed(&self) -> Typed {
        present([
            (Key::InstanceName, &self.instance_name),
            (Key::KeyName, &self.key_name),
            (Key::Image, &self.image),
            (Key::SubnetId, &self.subnet_id),
            (Key::InstanceProfile, &self.instance_profile),
            (Key::Fqdn, &self.fqdn),
        ])
    }
}

/// A command that speaks to AWS, or a noun whose verbs do.
fn command(text: &str) -> Result<String, String> {
    if operations_of(text).is_some() {
        return Ok(text.to_owned());
    }
    let known: Vec<String> = COMMANDS.iter().map(|(name, _)| format!("`{name}`")).collect();
    Err(format!("commands that speak to AWS are {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::args::Arguments;

    /// The nouns that speak to AWS not at all; `policy` asks at most for the caller's identity, which needs no right.
    const WITHOUT_RIGHTS: [&str; 6] = ["attest", "completions", "config", "eif", "man", "policy"];

    /// What nouns that speak to AWS do without it.
    const OFFLINE: [&str; 2] = ["doctor explain", "host script"];

    /// Every command that does something by itself, as it is typed.
    fn leaves(command: &clap::Command, typed: &str) -> Vec<String> {
        let itself = (!command.is_subcommand_required_set()).then(|| typed.to_owned());
        let below = command.get_subcommands().flat_map(|below| leaves(below, &format!("{typed} {}", below.get_name())));
        itself.into_iter().chain(below).collect()
    }

    #[test]
    fn every_command_that_speaks_to_aws_has_its_rights_in_the_table() {
        let root = Arguments::command();
        let nouns = root.get_subcommands().filter(|noun| !WITHOUT_RIGHTS.contains(&noun.get_name()));
        let typed = nouns.flat_map(|noun| leaves(noun, noun.get_name()));
        let typed: BTreeSet<_> = typed.filter(|command| !OFFLINE.contains(&command.as_str())).collect();
        let listed: BTreeSet<_> = COMMANDS.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(typed, listed);
    }
}
