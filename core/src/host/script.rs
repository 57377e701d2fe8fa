//! The scripts of a host, and the cloud-config that brings them there with a launch.
//!
//! The shell itself stands in `script/`, so that `shellcheck` and people can read it; what is wanted is laid before it as
//! variables. Host keys come first, so that whoever waits can connect meanwhile; then the end is armed, apart from the
//! set-up, which may fail.

use std::time::Duration;

use super::services::services;
use super::{GROUPS, PACKAGES, Wanted};
use crate::duration::LONGEST;
use crate::quote;

/// How much user data EC2 takes, before base64.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>
pub const USER_DATA_LIMIT: usize = 16 * 1024;

const KEYS: &str = include_str!("script/keys.sh");
const END: &str = include_str!("script/end.sh");
const SET_UP: &str = include_str!("script/setup.sh");
const FACTS: &str = include_str!("script/facts.sh");
const END_SERVICE: &str = include_str!("script/iac-end.service");
const END_TIMER: &str = include_str!("script/iac-end.timer");

const END_PATH: &str = "/opt/iac/end";
const SET_UP_PATH: &str = "/opt/iac/setup";

/// Returns the script that makes a host ready for enclaves; `None` where nothing is wanted of it.
#[must_use]
pub fn set_up(wanted: &Wanted) -> Option<String> {
    let enclaves = wanted.enclaves?;
    let settings = [
        setting("user", &wanted.login_user),
        setting("packages", &PACKAGES.join(" ")),
        setting("groups", &GROUPS.join(" ")),
        setting("services", &services(wanted).join(" ")),
        setting("memory_mib", &enclaves.memory_mib.to_string()),
        format!("wanted_allocator() {{ printf %s {}; }}\n", quoted(&enclaves.file())),
    ];
    Some(script(&settings, SET_UP))
}

/// Returns the script that says how a host is, to be read by [`super::facts`].
#[must_use]
pub fn facts(wanted: &Wanted) -> String {
    let settings = [
        setting("user", &wanted.login_user),
        setting("packages", &PACKAGES.join(" ")),
        setting("services", &services(wanted).join(" ")),
    ];
    script(&settings, FACTS)
}

/// Returns the command line that moves the end of a host by this much.
#[must_use]
pub fn extend(by: Duration) -> String {
    format!("sudo -n sh {END_PATH} add {}", seconds(by))
}

/// The command line that arms the end of a host again.
pub const ARM: &str = "sudo -n sh /opt/iac/end arm";

/// Returns what a launch passes to the host, in cloud-init's form; `None` where it has nothing to say.
/// <https://docs.cloud-init.io/en/latest/reference/modules.html>
#[must_use]
pub fn cloud_config(wanted: &Wanted, with_set_up: bool) -> Option<String> {
    let set_up = if with_set_up { set_up(wanted) } else { None };
    let (mut files, mut commands) = (vec![], vec![("/opt/iac/keys", "")]);
    files.push(("/opt/iac/keys", script(&[], KEYS)));
    if let Some(ttl) = wanted.ttl {
        files.push((END_PATH, end(ttl)));
        files.push(("/etc/systemd/system/iac-end.service", END_SERVICE.to_owned()));
        files.push(("/etc/systemd/system/iac-end.timer", END_TIMER.to_owned()));
        commands.push((END_PATH, "arm"));
    }
    if let Some(set_up) = set_up {
        files.push((SET_UP_PATH, set_up));
        commands.push((SET_UP_PATH, ""));
    }
    if commands.len() == 1 {
        return None;
    }
    let files: String = files.iter().map(|(path, content)| file(path, content)).collect();
    let commands: String = commands.iter().map(|(path, verb)| command(path, verb)).collect();
    Some(format!("#cloud-config\nwrite_files:\n{files}runcmd:\n{commands}"))
}

fn end(ttl: Duration) -> String {
    script(&[setting("ttl", &seconds(ttl)), setting("longest", &seconds(LONGEST))], END)
}

/// Whole seconds, rounded up: a time to live is never none.
fn seconds(span: Duration) -> String {
    (span.as_secs() + u64::from(span.subsec_nanos() > 0)).to_string()
}

fn script(settings: &[String], body: &str) -> String {
    format!("#!/bin/sh\n{}{body}", settings.concat())
}

fn setting(name: &str, value: &str) -> String {
    format!("{name}={}\n", quoted(value))
}

fn quoted(value: &str) -> String {
    quote::word(value).expect("what is wanted of a host holds no NUL")
}

/// An entry of `write_files`; the content is a literal block, so nothing in it is YAML's.
fn file(path: &str, content: &str) -> String {
    let lines = content.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("      {line}\n") });
    format!("  - path: {path}\n    content: |\n{}", lines.collect::<String>())
}

fn command(path: &str, verb: &str) -> String {
    let verb = if verb.is_empty() { String::new() } else { format!(", {verb}") };
    format!("  - [sh, {path}{verb}]\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::allocator::Allocator;

    fn wanted() -> Wanted {
        Wanted {
            login_user: "ec2-user".into(),
            enclaves: Some(Allocator { cpu_count: 2, memory_mib: 1024 }),
            kms: true,
            ttl: Some(Duration::from_hours(2)),
        }
    }

    #[test]
    fn user_data_fits() {
        let longest = Wanted {
            login_user: "u".repeat(256),
            enclaves: Some(Allocator { cpu_count: u32::MAX, memory_mib: u64::MAX }),
            ttl: Some(LONGEST),
            ..wanted()
        };
        let length = cloud_config(&longest, true).expect("something").len();
        assert!(length < USER_DATA_LIMIT, "{length} bytes");
    }

    #[test]
    fn what_is_not_wanted_is_not_sent() {
        let bare = Wanted { ttl: None, ..wanted() };
        assert_eq!(cloud_config(&bare, false), None);
        assert_eq!(cloud_config(&Wanted { enclaves: None, ..bare.clone() }, true), None);
        let order = |config: &str| {
            let at = |what: &str| config.find(&format!("  - [sh, /opt/iac/{what}"));
            (at("keys"), at("end, arm"), at("setup"))
        };
        let (keys, end, set_up) = order(&cloud_config(&wanted(), true).expect("something"));
        assert!(keys.is_some() && keys < end && end < set_up, "{keys:?} {end:?} {set_up:?}");
        assert!(matches!(order(&cloud_config(&wanted(), false).expect("an end")), (Some(_), Some(_), None)));
        assert!(matches!(order(&cloud_config(&bare, true).expect("a set-up")), (Some(_), None, Some(_))));
    }

    #[test]
    fn what_is_wanted_stands_before_the_script() {
        let odd = Wanted { login_user: "o'brien $(reboot)".into(), kms: false, ..wanted() };
        let script = set_up(&odd).expect("enclaves");
        let head: Vec<&str> = script.lines().take(9).collect();
        insta::assert_snapshot!(head.join("\n"), @r#"
        #!/bin/sh
        user="o'brien "'$(reboot)'
        packages='aws-nitro-enclaves-cli aws-nitro-enclaves-cli-devel'
        groups='ne docker'
        services='docker.service nitro-enclaves-allocator.service'
        memory_mib=1024
        wanted_allocator() { printf %s '---
        memory_mib: 1024
        cpu_count: 2
        "#);
    }

    #[test]
    fn spans_are_whole_seconds_and_never_none() {
        assert_eq!(extend(Duration::from_mins(90)), "sudo -n sh /opt/iac/end add 5400");
        assert_eq!(seconds(Duration::from_millis(50)), "1");
    }
}
