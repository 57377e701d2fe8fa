//! Which server to connect to, and the options that every call of OpenSSH gets: where it is, who logs in, and what
//! [`ssh_options`] says of the rest.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use iac_core::ssh_block::{self, BlockError, quoted};
use iac_core::ssh_options::{self, Version};

/// A server whose host key is proven, and how to log in there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) instance_id: String,
    pub(crate) address: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) key_file: PathBuf,
    /// The proven host keys, under the instance id.
    pub(crate) known_hosts: PathBuf,
    /// OpenSSH's configuration, where it is not the user's own.
    pub(crate) config: Option<PathBuf>,
}

/// What OpenSSH's patterns take for a variable begins with these two characters.
const VARIABLE: &str = "${";
/// A variable whose value is `$`, so that a path may hold [`VARIABLE`]: OpenSSH has no other way to say it.
pub(super) const DOLLAR: &str = "IAC_DOLLAR";

impl Target {
    /// The options of every call by a client of this version; the destination is the instance id.
    pub(super) fn options(&self, version: Option<Version>) -> Vec<OsString> {
        let mut options: Vec<OsString> = Vec::new();
        if let Some(config) = &self.config {
            options.extend(["-F".into(), config.into()]);
        }
        let mut option = |name: &str, value: &str| options.extend(["-o".into(), format!("{name}={value}").into()]);
        option("HostName", &quoted(&self.address));
        option("Port", &self.port.to_string());
        option("User", &quoted(&self.user));
        option("HostKeyAlias", &self.instance_id);
        option("UserKnownHostsFile", &quoted_path(&self.known_hosts));
        option("IdentityFile", &quoted_path(&self.key_file));
        for (name, value) in ssh_options::always(version) {
            option(name, value);
        }
        options
    }
}

impl Target {
    /// The same options as a `Host` block for other programs with a client of this version; `name` is one more name for
    /// the host.
    ///
    /// It has to stand before blocks that say otherwise: OpenSSH takes the first value it meets.
    pub(crate) fn host_block(
        &self,
        name: Option<&str>,
        version: &super::version::Version,
    ) -> Result<String, BlockError> {
        let path = |path: &Path| ssh_block::quoted_path(&path.to_string_lossy());
        let mut options = vec![
            ("HostName", quoted(&self.address)),
            ("Port", self.port.to_string()),
            ("User", quoted(&self.user)),
            ("HostKeyAlias", self.instance_id.clone()),
            ("UserKnownHostsFile", path(&self.known_hosts)?),
            ("IdentityFile", path(&self.key_file)?),
        ];
        let always = ssh_options::always(version.number);
        options.extend(always.map(|(option, value)| (option, value.to_owned())));
        Ok(ssh_block::block(&ssh_block::host_names(name, &self.instance_id), &options))
    }
}

/// A path as OpenSSH reads it back after it has put in its `%` tokens and `${…}` variables.
fn quoted_path(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%%");
    quoted(&path.replace(VARIABLE, &format!("${{{DOLLAR}}}{{")))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn target() -> Target {
        Target {
            instance_id: "i-0a".to_owned(),
            address: "127.0.0.2".to_owned(),
            port: 2022,
            user: "ec2-user".to_owned(),
            key_file: "/secrets/dev.pem".into(),
            known_hosts: "/secrets/known_hosts".into(),
            config: None,
        }
    }

    /// What OpenSSH itself makes of the options, on top of a configuration that wants everything else.
    fn understood(target: &Target) -> Vec<String> {
        let output =
            Command::new("ssh").arg("-G").args(target.options(None)).args(["--", "i-0a"]).env(DOLLAR, "$").output();
        let output = output.expect("`ssh` should run");
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stderr}");
        stdout.lines().map(str::to_owned).collect()
    }

    #[test]
    fn no_configuration_undoes_the_proof() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("config");
        let hostile = "Host *\nHostName elsewhere\nPort 1\nUser root\nHostKeyAlias other\nUserKnownHostsFile /dev/null\n\
            GlobalKnownHostsFile /dev/null\nStrictHostKeyChecking no\nKnownHostsCommand /bin/echo\nVerifyHostKeyDNS yes\n\
            NoHostAuthenticationForLocalhost yes\nCheckHostIP yes\nUpdateHostKeys yes\nControlPath /tmp/c\n\
            ControlMaster auto\nControlPersist yes\nRemoteCommand tmux\nIdentitiesOnly no\n\
            CanonicalizeHostname always\nCanonicalDomains example.org\nSessionType none\nStdinNull yes\n\
            ForkAfterAuthentication yes\nPermitLocalCommand yes\nLocalCommand echo noise\nServerAliveCountMax 0\n\
            ConnectionAttempts 50\n";
        std::fs::write(&config, hostile).expect("the configuration");
        let lines = understood(&Target { config: Some(config), ..target() });
        for expected in [
            "hostname 127.0.0.2",
            "port 2022",
            "user ec2-user",
            "hostkeyalias i-0a",
            "userknownhostsfile /secrets/known_hosts",
            "globalknownhostsfile none",
            "stricthostkeychecking true",
            "verifyhostkeydns false",
            "nohostauthenticationforlocalhost no",
            "checkhostip no",
            "updatehostkeys false",
            "controlmaster false",
            "controlpersist no",
            "sessiontype default",
            "stdinnull no",
            "forkafterauthentication no",
            "permitlocalcommand no",
            "serveralivecountmax 3",
            "connectionattempts 1",
            "identitiesonly yes",
            "canonicalizehostname false",
            "identityfile /secrets/dev.pem",
        ] {
            assert!(lines.iter().any(|line| line == expected), "no `{expected}` in {lines:#?}");
        }
        for absent in ["controlpath ", "remotecommand ", "knownhostscommand "] {
            let line = lines.iter().find(|line| line.starts_with(absent));
            assert!(line.is_none_or(|line| line.ends_with(" none")), "{line:?}");
        }
    }

    #[test]
    fn paths_are_read_as_one_word() {
        let awkward = "/a b/#\"q\\ 'ü%d ${HOME}/known hosts";
        let lines = understood(&Target { known_hosts: awkward.into(), ..target() });
        let read = format!("userknownhostsfile {awkward}");
        assert!(lines.contains(&read), "no `{read}` in {lines:#?}");
    }
}
