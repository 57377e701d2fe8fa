//! Which OpenSSH is installed.

use std::process::Stdio;

use tokio::process::Command;

use super::SshError;

const PROGRAM: &str = "ssh";
/// The oldest version whose options are all that we use.
const OLDEST: (u32, u32) = (8, 5);

/// An installed OpenSSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// As it names itself, such as `OpenSSH_9.2p1`.
    pub(crate) name: String,
    /// Whether it has all that we use.
    pub(crate) is_enough: bool,
}

/// Asks the installed `ssh` which it is.
pub(crate) async fn version() -> Result<Version, SshError> {
    let mut command = Command::new(PROGRAM);
    let output = command.arg("-V").stdin(Stdio::null()).output().await;
    let output = output.map_err(|error| SshError::start(PROGRAM, error))?;
    Ok(read(&String::from_utf8_lossy(&output.stderr)))
}

fn read(said: &str) -> Version {
    let name = said.split([',', ' ', '\n']).next().unwrap_or_default().trim().to_owned();
    let number = name.strip_prefix("OpenSSH_").and_then(|rest| rest.split_once('.'));
    let number = number.and_then(|(major, rest)| {
        let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    });
    Version { is_enough: number.is_some_and(|number| number >= OLDEST), name }
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
            assert_eq!(read(said), Version { name: name.to_owned(), is_enough }, "{said}");
        }
    }
}
