//! A `Host` block of OpenSSH's configuration, for programs that call `ssh` themselves: rsync, scp, editors.

use std::fmt::Write as _;

use thiserror::Error;

/// Why a value cannot stand in OpenSSH's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("OpenSSH's configuration cannot hold {0}")]
pub struct BlockError(&'static str);

/// Quotes a value as OpenSSH's configuration reads it back.
#[must_use]
pub fn quoted(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        let escape = if matches!(character, '"' | '\\') { "\\" } else { "" };
        write!(quoted, "{escape}{character}").expect("writing to a string cannot fail");
    }
    quoted + "\""
}

/// Quotes a path for an option in which OpenSSH puts in `%` tokens and `${…}` variables.
///
/// # Errors
/// A path with `${` cannot be said: OpenSSH has no escape for it. Nor can one with a line break.
pub fn quoted_path(path: &str) -> Result<String, BlockError> {
    if path.contains("${") {
        return Err(BlockError("a path with `${`"));
    }
    if path.contains(['\n', '\r', '\0']) {
        return Err(BlockError("a path with a line break"));
    }
    Ok(quoted(&path.replace('%', "%%")))
}

/// The names that stand after `Host`: the instance's name where OpenSSH takes it for itself, and its id.
#[must_use]
pub fn host_names(name: Option<&str>, id: &str) -> Vec<String> {
    let is_plain = |name: &&str| {
        name.starts_with(char::is_alphanumeric) && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
    };
    name.filter(is_plain).into_iter().chain([id]).map(str::to_owned).collect()
}

/// Lays out a block: the names, and each option with its value as the file holds it.
#[must_use]
pub fn block(names: &[String], options: &[(&str, String)]) -> String {
    let mut block = format!("Host {}\n", names.join(" "));
    for (option, value) in options {
        writeln!(block, "    {option} {value}").expect("writing to a string cannot fail");
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_openssh_takes_for_itself_is_a_host() {
        assert_eq!(host_names(Some("nitro-dev.1_a"), "i-1"), ["nitro-dev.1_a", "i-1"]);
        for name in ["", "a b", "dev*", "!dev", "-v", "dev?", "a,b", "\"", "#x", "%h"] {
            assert_eq!(host_names(Some(name), "i-1"), ["i-1"], "{name}");
        }
        assert_eq!(host_names(None, "i-1"), ["i-1"]);
    }

    #[test]
    fn paths_are_quoted_or_refused() {
        assert_eq!(quoted_path("/a b/100%\"\\"), Ok(r#""/a b/100%%\"\\""#.to_owned()));
        assert!(quoted_path("/${HOME}/x").is_err());
        assert!(quoted_path("/a\nProxyCommand x").is_err());
    }

    #[test]
    fn a_block_has_an_option_a_line() {
        let options = [("Port", "22".to_owned()), ("User", quoted("ec2-user"))];
        assert_eq!(
            block(&["dev".to_owned(), "i-1".to_owned()], &options),
            "Host dev i-1\n    Port 22\n    User \"ec2-user\"\n"
        );
    }
}
