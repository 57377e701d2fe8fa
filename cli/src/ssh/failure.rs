//! What OpenSSH's own messages mean: the one table of its known failures.

use std::path::Path;
use std::time::Duration;

use iac_core::public_key::has_passphrase;
use iac_core::ssh_log::BY_SIGNAL;
use iac_core::text::last_lines;

use super::Target;
use crate::files::{self, Found};

/// How many lines of OpenSSH and of programs on the instance are told, the last ones: a server can say any number.
pub(crate) const TOLD: usize = 12;

/// What programs on the instance said, as it is told.
pub(super) fn told(stderr: &[u8]) -> String {
    last_lines(&String::from_utf8_lossy(stderr), TOLD).join("\n")
}

/// A connection that OpenSSH could not make or keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the SSH connection to {instance_id} failed")]
pub(crate) struct Failure {
    pub(crate) trouble: Trouble,
    pub(crate) instance_id: String,
    /// The address and port, as people read them.
    pub(crate) endpoint: String,
    pub(crate) user: String,
    pub(crate) key_file: String,
    pub(crate) known_hosts: String,
    /// OpenSSH's own lines, those that say more than the trouble itself.
    pub(crate) said: Vec<String>,
}

/// The kinds of failure that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server showed a host key other than the proven ones.
    HostKey,
    /// OpenSSH finds no key of the server in our list: that cannot be read, or holds none that it uses.
    NoHostKey,
    /// OpenSSH does not use the private key, because others can read the file.
    KeyFile,
    /// The server does not let the user in with the key.
    Denied,
    /// It does not, and the key's passphrase was not typed, nor is it in an agent.
    Locked,
    /// OpenSSH and the server have no algorithm in common.
    Algorithms,
    /// Nothing answers, or not for long enough: it may do so later.
    Unreachable,
    /// This OpenSSH, or the user's configuration of it, does not take an option.
    Options,
    /// A signal ended the command on the instance.
    Signal,
    /// Something else; its own words must do.
    Other,
}

/// What stands in a message, and what it means; the first that fits counts.
const KNOWN: [(&str, Trouble); 26] = [
    ("in revoked keys file", Trouble::Options),
    ("host key is known for", Trouble::NoHostKey),
    ("Host key verification failed", Trouble::HostKey),
    ("UNPROTECTED PRIVATE KEY FILE", Trouble::KeyFile),
    ("bad permissions", Trouble::KeyFile),
    ("Unable to negotiate", Trouble::Algorithms),
    ("Permission denied (", Trouble::Denied),
    ("Too many authentication failures", Trouble::Denied),
    ("Bad configuration option", Trouble::Options),
    ("bad configuration options", Trouble::Options),
    ("Can't open user config file", Trouble::Options),
    ("Bad owner or permissions on", Trouble::Options),
    ("nsupported option", Trouble::Options),
    ("Connection refused", Trouble::Unreachable),
    ("timed out", Trouble::Unreachable),
    ("No route to host", Trouble::Unreachable),
    ("Network is unreachable", Trouble::Unreachable),
    ("Host is down", Trouble::Unreachable),
    ("Could not resolve hostname", Trouble::Unreachable),
    ("Connection reset", Trouble::Unreachable),
    ("Connection closed", Trouble::Unreachable),
    ("closed by remote host", Trouble::Unreachable),
    ("Broken pipe", Trouble::Unreachable),
    ("not responding", Trouble::Unreachable),
    ("kex_exchange_identification", Trouble::Unreachable),
    (BY_SIGNAL, Trouble::Signal),
];

impl Failure {
    /// What may have let us in, but does not answer.
    pub(super) fn silent(target: &Target, within: Duration) -> Self {
        let said = format!("the server did not answer within {} s", within.as_secs_f32().ceil());
        Self { trouble: Trouble::Unreachable, ..Self::read(target, &[said]) }
    }

    /// Reads what OpenSSH said about a connection to this target.
    pub(super) fn read(target: &Target, said: &[String]) -> Self {
        let lines: Vec<&str> = said.iter().map(|line| line.trim()).filter(|line| is_worth_reading(line)).collect();
        let last = lines.len().saturating_sub(TOLD);
        let trouble = match trouble(&said.join("\n")) {
            Trouble::Denied if is_locked(&target.key_file) => Trouble::Locked,
            trouble => trouble,
        };
        Self {
            trouble,
            instance_id: target.instance_id.clone(),
            endpoint: format!("{} port {}", target.address, target.port),
            user: target.user.clone(),
            key_file: target.key_file.display().to_string(),
            known_hosts: target.known_hosts.display().to_string(),
            said: lines[last..].iter().map(|&line| line.to_owned()).collect(),
        }
    }
}

fn is_locked(key_file: &Path) -> bool {
    let found = files::read(key_file);
    matches!(found, Ok(Found::File { content, .. }) if has_passphrase(&String::from_utf8_lossy(&content)))
}

/// Leaves out how OpenSSH frames and explains a wrong host key; its advice is to remove the right one.
fn is_worth_reading(line: &str) -> bool {
    const EXPLAINED: [&str; 10] = [
        "@",
        "IT IS POSSIBLE",
        "Someone could be",
        "It is also possible",
        "Please contact your",
        "Add correct host key",
        "Offending",
        "remove with:",
        "ssh-keygen ",
        "Host key for",
    ];
    !line.is_empty() && !EXPLAINED.iter().any(|start| line.starts_with(start))
}

fn trouble(said: &str) -> Trouble {
    KNOWN.iter().find(|(words, _)| said.contains(words)).map_or(Trouble::Other, |(_, trouble)| *trouble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_against_the_proof_is_left_out() {
        let said = "@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@@@\r\n\
            IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\nSHA256:Pu88Wp1X.\r\n\
            Offending ED25519 key in /s/known_hosts:4\r\n  remove with:\r\n  ssh-keygen -f \"/s/known_hosts\" -R \"i-1\"\r\n\
            Host key for i-1 has changed and you have requested strict checking.\r\nHost key verification failed.\r\n";
        let kept: Vec<&str> = said.lines().map(str::trim).filter(|line| is_worth_reading(line)).collect();
        assert_eq!(kept, ["SHA256:Pu88Wp1X.", "Host key verification failed."]);
    }

    #[test]
    fn messages_of_openssh_are_understood() {
        for (said, expected) in [
            (
                "No ED25519 host key is known for i-1 and you have requested strict checking.\r\nHost key verification failed.\r\n",
                Trouble::NoHostKey,
            ),
            ("Host key for i-1 has changed.\r\nHost key verification failed.\r\n", Trouble::HostKey),
            (
                "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nLoad key \"/x\": bad permissions\nx: Permission denied (publickey).",
                Trouble::KeyFile,
            ),
            ("ec2-user@127.0.0.2: Permission denied (publickey).\r\n", Trouble::Denied),
            ("Received disconnect from 127.0.0.2 port 22:2: Too many authentication failures", Trouble::Denied),
            ("command-line: line 0: Bad configuration option: knownhostscommand", Trouble::Options),
            ("Can't open user config file /none: No such file or directory", Trouble::Options),
            ("ssh: connect to host 127.0.0.2 port 22: Connection refused\r\n", Trouble::Unreachable),
            ("ssh: connect to host 203.0.113.1 port 22: Connection timed out", Trouble::Unreachable),
            ("Connection timed out during banner exchange", Trouble::Unreachable),
            ("kex_exchange_identification: read: Connection reset by peer", Trouble::Unreachable),
            ("ssh: Could not resolve hostname ec2.example: Name or service not known", Trouble::Unreachable),
            ("client_loop: send disconnect: Broken pipe", Trouble::Unreachable),
            ("Timeout, server 127.0.0.2 not responding.", Trouble::Unreachable),
            ("Unable to negotiate with 127.0.0.2 port 22: no matching cipher found.", Trouble::Algorithms),
            (BY_SIGNAL, Trouble::Signal),
            ("`ssh` ended with status 0 before the instance told the command's", Trouble::Other),
            ("", Trouble::Other),
        ] {
            assert_eq!(trouble(said), expected, "{said}");
        }
    }
}
