//! The host keys that an instance prints on its console: cloud-init's block, which AWS hands out over its own authenticated
//! channel. Whatever else is printed there is noise, and noise can stand in the middle of a line.

use std::collections::BTreeSet;
use std::fmt;

use crate::public_key::PublicKey;

const BEGIN: &str = "-----BEGIN SSH HOST KEY KEYS-----";
const END: &str = "-----END SSH HOST KEY KEYS-----";

/// The algorithms of host keys that OpenSSH still offers, and of how many SSH strings a key of each is made.
const ALGORITHMS: [(&str, usize); 5] = [
    ("ssh-ed25519", 2),
    ("ecdsa-sha2-nistp256", 3),
    ("ecdsa-sha2-nistp384", 3),
    ("ecdsa-sha2-nistp521", 3),
    ("ssh-rsa", 3),
];

/// The public half of a host key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostKey {
    /// Its algorithm, such as `ssh-ed25519`.
    pub algorithm: String,
    /// The key in base64.
    pub base64: String,
}

impl fmt::Display for HostKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.algorithm, self.base64)
    }
}

/// Reads the host keys from console output: those of the last complete block that holds any.
///
/// Lines may begin with a time stamp or a program's name and end in CR; lines without a whole key are skipped. Without a
/// complete block there are none: a block cut off may lack the key that `ssh` will be shown.
#[must_use]
pub fn host_keys(console: &str) -> Vec<HostKey> {
    let (mut last, mut open) = (vec![], None);
    for line in console.lines() {
        if line.contains(BEGIN) {
            open = Some(vec![]);
        } else if line.contains(END) {
            last = open.take().filter(|keys: &Vec<HostKey>| !keys.is_empty()).unwrap_or(last);
        } else if let Some(keys) = &mut open {
            keys.extend(host_key(line));
        }
    }
    let mut seen = BTreeSet::new();
    last.retain(|key| seen.insert(key.clone()));
    last
}

/// Reads the host keys that `ssh-keyscan` printed: the server's own word, which proves nothing.
#[must_use]
pub fn scanned_host_keys(output: &str) -> Vec<HostKey> {
    let keys: BTreeSet<HostKey> = output.lines().filter(|line| !line.starts_with('#')).filter_map(host_key).collect();
    keys.into_iter().collect()
}

fn host_key(line: &str) -> Option<HostKey> {
    let mut words = line.split_whitespace();
    let (algorithm, strings) =
        words.find_map(|word| ALGORITHMS.into_iter().find(|(algorithm, _)| *algorithm == word))?;
    let key = PublicKey::parse(&format!("{algorithm} {}", words.next()?)).ok()?;
    let is_whole = key.string_count() == strings;
    is_whole.then(|| HostKey { algorithm: algorithm.to_owned(), base64: key.base64().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINRlqlLBuq1aKX8TyOj7PndBM/wpCM69wT7HpoS0bGnC";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBC2VLgaFu2cSZIWQJo5B2YwLhQRN37rcTR5FgpcXQoHVhkALB336lwTneU+qa+edFWHC2xWHrOEeANgXNVS0wZI=";
    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDFdXX5x6+tohY0vUq40P8YG7qRIWm8H7AsMSsi4L8+BgkN8xy/c0WLYy1me3c4pmQCGbjwSG/K7asKhv10KunS763XsfkHQGw/8d/46ns6wn5I2guxdFwK8t5SaFObEffqEwXnE5YN/xCkTUgOJ5xksMRoFJN7vGCGrh7V5xfPzw==";

    fn block(lines: &[&str]) -> String {
        format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
    }

    fn shown(console: &str) -> Vec<String> {
        host_keys(console).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_block_is_found_among_noise() {
        let console = format!(
            "[  OK  ] Reached target\r\nci-info: no authorized keys\r\n<14>Nov 22 cloud-init: {BEGIN}\r\n\
             <14>Nov 22 10:00:00 cloud-init: {ECDSA} root@ip-10-0-0-1\r\n[   12.345678] ec2: {ED25519} root@ip\r\n\
             ec2: {RSA}\r\n{ED25519}\r\nec2: {END}\r\nlogin: "
        );
        assert_eq!(shown(&console), [ECDSA, ED25519, RSA]);
    }

    #[test]
    fn the_last_complete_block_counts() {
        assert_eq!(shown(&(block(&[RSA]) + &block(&[ED25519]))), [ED25519]);
        assert_eq!(shown(&(block(&[RSA]) + &format!("{BEGIN}\n{ED25519}\n"))), [RSA]);
        assert_eq!(shown(&format!("{BEGIN}\n{RSA}\n{}", block(&[ED25519]))), [ED25519]);
        assert_eq!(shown(&(block(&[RSA]) + &block(&["nothing"]))), [RSA]);
    }

    #[test]
    fn what_is_no_whole_key_is_skipped() {
        let cut = &ED25519[..ED25519.len() - 4];
        let rsa_in_two = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB";
        let foreign = ED25519.replace("ssh-ed25519", "ssh-rsa");
        let lines = ["garbage", cut, rsa_in_two, &foreign, "ssh-ed25519", "ssh-dss AAAAB3NzaC1kc3MAAAAB", ED25519];
        assert_eq!(shown(&block(&lines)), [ED25519]);
        assert_eq!(shown(""), [""; 0]);
        assert_eq!(shown(&format!("{ED25519}\n{END}\n")), [""; 0]);
        assert_eq!(shown(&format!("{BEGIN}\n{ED25519}\n")), [""; 0]);
    }

    #[test]
    fn what_a_server_shows_is_read_without_the_comments() {
        let output =
            format!("# 127.0.0.2:2022 SSH-2.0\n[127.0.0.2]:2022 {RSA}\n# {ECDSA}\n[127.0.0.2]:2022 {ED25519}\n");
        let keys: Vec<String> = scanned_host_keys(&output).iter().map(ToString::to_string).collect();
        assert_eq!(keys, [ED25519, RSA]);
    }
}
