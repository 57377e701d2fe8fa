//! Which OpenSSH is installed.

use std::process::Stdio;

use iac_core::ssh_options::{self, OLDEST};
use tokio::sync::OnceCell;

use super::{SshError, program};

const PROGRAM: &str = "ssh";

/// The installed one, once somebody has asked.
static INSTALLED: OnceCell<Version> = OnceCell::const_new();

/// An installed OpenSSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// As it names itself, such as `OpenSSH_9.2p1`.
    pub(crate) name: String,
    /// Its number, where it has one that can be read.
    pub(super) number: Option<ssh_options::Version>,
}

impl Version {
    /// Whether it has all that we use.
    pub(crate) fn is_enough(&self) -> bool {
        self.number.is_some_and(|number| number >= OLDEST)
    }
}

/// Which `ssh` is installed; it is asked once.
pub(crate) async fn version() -> Result<&'static Version, SshError> {
    INSTALLED
        .get_or_try_init(async || {
            let mut command = program(PROGRAM);
            let output = command.arg("-V").stdin(Stdio::null()).kill_on_drop(true).output().await;
            let output = output.map_err(|error| SshError::start(PROGRAM, error))?;
            Ok(read(&String::from_utf8_lossy(&output.stderr)))
        })
        .await
}

fn read(said: &str) -> Version {
    let name = said.split([',', ' ', '\n']).next().unwrap_or_default().trim().to_owned();
    let number = name.strip_prefix("OpenSSH_").and_then(|rest| rest.split_once('.'));
    let number = number.and_then(|(major, rest)| {
        let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    });
    Version { name, number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (said, name, is_enough) in [
            ("OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.14", "OpenSSH_9.2p1", true),
            ("OpenSSH_10.0p2, LibreSSL 3.3.6\n", "OpenSSH_10.0p2", true),
            ("OpenSSH_8.5p1\n", "OpenSSH_8.5p1", true),
            ("OpenSSH_8.4p1, OpenSSL", "OpenSSH_8.4p1", false),
            ("OpenSSH_7.10, OpenSSL", "OpenSSH_7.10", false),
            ("Dropbear v2022.83", "Dropbear", false),
            ("", "", false),
        ] {
            let version = read(said);
            assert_eq!((version.name.as_str(), version.is_enough()), (name, is_enough), "{said}");
        }
    }
}
