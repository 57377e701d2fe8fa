//! The settings with their meaning: what a command asks for, typed and checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use iac_core::dns::Fqdn;
use iac_core::ingress::SshFrom;
use iac_core::name::{GroupRef, InstanceName, KeyName};
use iac_core::url;

use super::credentials::{self, CredentialSource};
use super::environment::{Environment, Surroundings};
use super::key::{Key, Noun};
use super::layers::{ConfigError, Layers, Source, Unsound};
use super::value::{self, Image, InstanceKind};

/// Six times ten seconds in which an answer must begin.
const CALL_TIMEOUT: Duration = Duration::from_mins(1);
/// AWS's own public-address service.
const PUBLIC_IP_URL: &str = "https://checkip.amazonaws.com/";

/// From the least memory of an enclave to more than any instance type has.
const MEMORY_MIB: std::ops::RangeInclusive<i64> = 64..=2_147_483_647;

/// Every effective setting.
#[derive(Debug)]
pub(crate) struct Settings {
    layers: Layers,
    pub(crate) credentials: CredentialSource,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    call_timeout: Option<Duration>,
    public_ip_url: Option<String>,
    secrets_folder: Option<PathBuf>,
    instance_name: Option<InstanceName>,
    instance_kind: Option<InstanceKind>,
    instance_type: Option<String>,
    pub(crate) image: Option<Image>,
    pub(crate) subnet_id: Option<String>,
    volume_gib: Option<i64>,
    pub(crate) instance_profile: Option<String>,
    key_name: Option<KeyName>,
    security_group: Option<GroupRef>,
    ssh_from: Option<SshFrom>,
    ssh_user: Option<String>,
    ssh_port: Option<i64>,
    pub(crate) ssh_config: Option<PathBuf>,
    pub(crate) ttl: Option<Duration>,
    cpu_count: Option<i64>,
    memory_mib: Option<i64>,
    pub(crate) fqdn: Option<Fqdn>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The login name of whoever runs the command, for the descriptions of rules.
    pub(crate) user: Option<String>,
    pub(crate) surroundings: Surroundings,
}

impl Settings {
    /// Merges the layers and understands every value; all mistakes are reported at once.
    pub(crate) fn load(
        typed: Vec<(Key, String)>,
        environment: &Environment,
        noun: Option<Noun>,
        config_file: Option<&Path>,
    ) -> Result<Self, ConfigError> {
        match Self::what_holds(typed, environment, noun, config_file) {
            (settings, None) => Ok(settings),
            (_, Some(unsound)) => Err(unsound.error),
        }
    }

    /// As [`Self::load`], for whoever looks at mistakes: what is without them, and beside it the mistakes.
    pub(crate) fn what_holds(
        typed: Vec<(Key, String)>,
        environment: &Environment,
        noun: Option<Noun>,
        config_file: Option<&Path>,
    ) -> (Self, Option<Unsound>) {
        let mut layers = Layers::merge(typed, environment, noun, config_file);
        let folder = std::env::current_dir().ok();
        let folder = folder.as_deref();
        let mut settings = Self {
            credentials: credentials::choose(&mut layers, folder),
            account: layers.read(Key::Account, value::account),
            region: layers.read(Key::Region, value::region),
            endpoint_url: layers.read(Key::EndpointUrl, value::url),
            call_timeout: layers.read(Key::CallTimeout, value::call_timeout),
            public_ip_url: layers.read(Key::PublicIpUrl, value::url),
            secrets_folder: layers.read_path(Key::SecretsFolder, folder),
            instance_name: layers.read(Key::InstanceName, value::instance_name),
            instance_kind: layers.read(Key::InstanceKind, value::instance_kind),
            instance_type: layers.read(Key::InstanceType, value::text),
            image: layers.read(Key::Image, value::image),
            subnet_id: layers.read(Key::SubnetId, value::subnet_id),
            volume_gib: layers.read(Key::VolumeGib, |raw| value::number(raw, 1..=16_384)),
            instance_profile: layers.read(Key::InstanceProfile, value::text),
            key_name: layers.read(Key::KeyName, value::key_name),
            security_group: layers.read(Key::SecurityGroup, value::group),
            ssh_from: layers.read(Key::SshFrom, value::ssh_from),
            ssh_user: layers.read(Key::SshUser, value::ssh_user),
            ssh_port: layers.read(Key::SshPort, |raw| value::number(raw, 1..=65_535)),
            ssh_config: layers.read_path(Key::SshConfig, folder),
            ttl: layers.read(Key::Ttl, value::span),
            cpu_count: layers.read(Key::CpuCount, |raw| value::number(raw, 1..=4096)),
            memory_mib: layers.read(Key::MemoryMib, |raw| value::number(raw, MEMORY_MIB)),
            fqdn: layers.read(Key::Fqdn, value::fqdn),
            tags: layers.read(Key::Tags, value::tags).unwrap_or_default(),
            user: environment.user(),
            surroundings: environment.surroundings(),
            layers: Layers::default(),
        };
        check_only(&mut layers);
        let unsound = layers.finish();
        settings.layers = layers;
        (settings, unsound)
    }

    /// The configuration file that was looked for.
    pub(crate) fn config_path(&self) -> Option<&Path> {
        self.layers.path.as_deref()
    }

    /// Where the value of a key comes from.
    pub(crate) fn source(&self, key: Key) -> Source {
        self.layers.get(key).map_or(Source::Default, |(_, source)| source.clone())
    }

    /// The value of a key as it was written, if any layer sets it; a URL without its password.
    pub(crate) fn written(&self, key: Key) -> Option<String> {
        let written = self.layers.get(key).map(|(raw, _)| raw.to_string())?;
        Some(if key.is_url() { url::without_password(&written) } else { written })
    }

    /// The default of a key that no layer sets, as `config show` prints it.
    pub(crate) fn default(&self, key: Key) -> Option<String> {
        Some(match key {
            Key::InstanceKind => "nitro".to_owned(),
            Key::InstanceType => self.instance_type().to_owned(),
            Key::VolumeGib => self.volume_gib().to_string(),
            Key::SshFrom => "auto".to_owned(),
            Key::SshUser => self.ssh_user().to_owned(),
            Key::SshPort => self.ssh_port().to_string(),
            Key::CallTimeout => iac_core::duration::print(self.call_timeout()),
            Key::PublicIpUrl => self.public_ip_url().to_owned(),
            Key::CpuCount => self.cpu_count().to_string(),
            Key::MemoryMib => self.memory_mib().to_string(),
            _ => return None,
        })
    }

    /// What is allowed but should be changed.
    pub(crate) fn warnings(&self, environment: &Environment) -> Vec<String> {
        let in_file = |key: &Key| matches!(self.source(*key), Source::File { .. });
        let mut warnings = Vec::new();
        for key in [Key::AccessKey, Key::SecretKey].iter().filter(|key| in_file(key)) {
            warnings.push(format!(
                "{}: `{}` in a configuration file; move it to a `cred_file`",
                self.source(*key),
                key.name()
            ));
        }
        if in_file(&Key::Debug) {
            warnings.push(format!("{}: `debug` has no effect; `-v` says more", self.source(Key::Debug)));
        }
        warnings.extend(self.plain_urls(environment));
        warnings.extend(unknown_variables(environment));
        warnings
    }

    /// Addresses to which everything goes so that anybody on the way can read and change it.
    fn plain_urls(&self, environment: &Environment) -> Vec<String> {
        let keys = [(Key::EndpointUrl, self.endpoint_url.clone()), (Key::PublicIpUrl, self.public_ip_url.clone())];
        let ours =
            keys.into_iter().filter_map(|(key, url)| Some((format!("{}: `{}`", self.source(key), key.name()), url?)));
        let aws = environment.text("AWS_ENDPOINT_URL").filter(|_| self.endpoint_url.is_none());
        let aws = aws.map(|url| ("environment: `AWS_ENDPOINT_URL`".to_owned(), url));
        let plain = ours.chain(aws).filter(|(_, url)| url::is_plain_elsewhere(url));
        plain
            .map(|(place, url)| {
                let url = url::without_password(&url);
                format!("{place} is plain HTTP, which anybody on the way can read and change: `{url}`; use `https://`")
            })
            .collect()
    }

    /// Makes sure that these are set, so that whatever a command needs is said at once.
    pub(crate) fn require(&self, keys: &[Key]) -> Result<(), ConfigError> {
        let missing: Vec<Key> = keys.iter().copied().filter(|key| self.layers.get(*key).is_none()).collect();
        if missing.is_empty() { Ok(()) } else { Err(self.layers.missing(missing)) }
    }

    pub(crate) fn secrets_folder(&self) -> Result<&Path, ConfigError> {
        self.secrets_folder.as_deref().ok_or_else(|| self.layers.missing(vec![Key::SecretsFolder]))
    }

    pub(crate) fn optional_secrets_folder(&self) -> Option<&Path> {
        self.secrets_folder.as_deref()
    }

    pub(crate) fn instance_name(&self) -> Result<&InstanceName, ConfigError> {
        self.instance_name.as_ref().ok_or_else(|| self.layers.missing(vec![Key::InstanceName]))
    }

    pub(crate) fn optional_instance_name(&self) -> Option<&InstanceName> {
        self.instance_name.as_ref()
    }

    pub(crate) fn key_name(&self) -> Result<&KeyName, ConfigError> {
        self.key_name.as_ref().ok_or_else(|| self.layers.missing(vec![Key::KeyName]))
    }

    pub(crate) fn optional_key_name(&self) -> Option<&KeyName> {
        self.key_name.as_ref()
    }

    pub(crate) fn optional_security_group(&self) -> Option<&GroupRef> {
        self.security_group.as_ref()
    }

    pub(crate) fn fqdn(&self) -> Result<&Fqdn, ConfigError> {
        self.fqdn.as_ref().ok_or_else(|| self.layers.missing(vec![Key::Fqdn]))
    }

    pub(crate) fn security_group(&self) -> Result<&GroupRef, ConfigError> {
        self.security_group.as_ref().ok_or_else(|| self.layers.missing(vec![Key::SecurityGroup]))
    }

    pub(crate) fn nitro(&self) -> bool {
        self.instance_kind != Some(InstanceKind::Standard)
    }

    pub(crate) fn instance_type(&self) -> &str {
        let default = if self.nitro() { "c6a.xlarge" } else { "t3.micro" };
        self.instance_type.as_deref().unwrap_or(default)
    }

    /// The size of the root volume in GiB.
    pub(crate) fn volume_gib(&self) -> i32 {
        self.named_volume_gib().unwrap_or(16)
    }

    /// The size of the root volume in GiB where it is set.
    pub(crate) fn named_volume_gib(&self) -> Option<i32> {
        self.volume_gib.map(|gib| i32::try_from(gib).expect("at most 16,384 was accepted"))
    }

    pub(crate) fn ssh_from(&self) -> SshFrom {
        self.ssh_from.clone().unwrap_or(SshFrom::Auto)
    }

    pub(crate) fn ssh_user(&self) -> &str {
        self.ssh_user.as_deref().unwrap_or("ec2-user")
    }

    pub(crate) fn ssh_port(&self) -> u16 {
        self.ssh_port.map_or(22, |port| u16::try_from(port).expect("at most 65,535 was accepted"))
    }

    /// How many CPUs the enclave is to get.
    pub(crate) fn cpu_count(&self) -> u32 {
        self.cpu_count.map_or(2, |count| u32::try_from(count).expect("at most 4,096 was accepted"))
    }

    /// How much memory the enclave is to get, in MiB.
    pub(crate) fn memory_mib(&self) -> u64 {
        self.memory_mib.map_or(1024, |mib| u64::try_from(mib).expect("at least 64 was accepted"))
    }

    /// How long a call to AWS may take, its repetitions included.
    pub(crate) fn call_timeout(&self) -> Duration {
        self.call_timeout.unwrap_or(CALL_TIMEOUT)
    }

    pub(crate) fn public_ip_url(&self) -> &str {
        self.public_ip_url.as_deref().unwrap_or(PUBLIC_IP_URL)
    }
}

/// Checks the values of keys that no command of this version uses, so that a file is checked whole.
fn check_only(layers: &mut Layers) {
    layers.read(Key::Debug, value::boolean);
}

/// Variables that look like settings and are none.
fn unknown_variables(environment: &Environment) -> Vec<String> {
    let is_of =
        |key: &Key, name: &str| key.variable() == name || Noun::ALL.iter().any(|noun| key.variable_of(*noun) == name);
    let known = |name: &str| name == "BKY_IAC_CONFIG_FILE" || Key::ALL.iter().any(|key| is_of(key, name));
    let unknown = environment.own_names().filter(|name| !known(name));
    unknown.map(|name| format!("environment {name}: no such setting")).collect()
}
