//! The settings there are: their names in the file, the environment and on the command line, from one table.

/// The table of the file that a key stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    /// `[iac.aws]`
    Aws,
    /// `[iac.enclave]`
    Enclave,
}

/// The nouns whose environment names of the older tool are read, as in `BKY_IAC_KEY_KEY_NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    Key,
    Instance,
    Deploy,
    Dns,
}

impl Noun {
    /// Every noun that the older tool had options for.
    pub(super) const ALL: [Self; 4] = [Self::Key, Self::Instance, Self::Deploy, Self::Dns];
}

macro_rules! keys {
    ($($key:ident $table:ident $name:literal $meaning:literal)*) => {
        /// A setting, named as in the configuration file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(clippy::enum_variant_names, reason = "the keys are named as they stand in the file")]
        pub(crate) enum Key { $(#[doc = $meaning] $key,)* }

        impl Key {
            /// Every key, in the order in which people read them.
            pub(crate) const ALL: &[Self] = &[$(Self::$key,)*];

            /// The name in the file, such as `key_name`.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$key => $name,)* }
            }

            /// The table of the file.
            pub(crate) fn table(self) -> Table {
                match self { $(Self::$key => Table::$table,)* }
            }
        }
    };
}

keys! {
    CredFile        Aws     "cred_file"        "CSV file with an access key"
    CredUser        Aws     "cred_user"        "user to take from a credentials file of several"
    AccessKey       Aws     "access_key"       "access key id"
    SecretKey       Aws     "secret_key"       "secret access key"
    SessionToken    Aws     "session_token"    "session token, from the environment only"
    Profile         Aws     "profile"          "profile of AWS's shared configuration files"
    Account         Aws     "account"          "account the credentials must belong to"
    Region          Aws     "region"           "AWS region"
    EndpointUrl     Aws     "endpoint_url"     "address of the AWS API"
    CallTimeout     Aws     "call_timeout"     "how long a call to AWS may take, with its repetitions"
    PublicIpUrl     Aws     "public_ip_url"    "service that tells this machine's public address"
    SecretsFolder   Aws     "secrets_folder"   "folder of the private keys"
    InstanceName    Aws     "instance_name"    "name of the instance"
    InstanceKind    Aws     "instance_kind"    "`nitro` or `standard`"
    InstanceType    Aws     "instance_type"    "instance type"
    Image           Aws     "image"            "machine image"
    SubnetId        Aws     "subnet_id"        "subnet to launch in"
    VolumeGib       Aws     "volume_gib"       "size of the root volume"
    InstanceProfile Aws     "instance_profile" "instance profile"
    KeyName         Aws     "key_name"         "name of the key pair"
    SecurityGroup   Aws     "security_group"   "name or id of the security group"
    SshFrom         Aws     "ssh_from"         "networks that may use SSH"
    SshUser         Aws     "ssh_user"         "login user"
    SshPort         Aws     "ssh_port"         "port that SSH listens on"
    SshConfig       Aws     "ssh_config"       "OpenSSH configuration file"
    Ttl             Aws     "ttl"              "time after which the instance ends itself"
    Fqdn            Aws     "fqdn"             "DNS name of the instance"
    Tags            Aws     "tags"             "tags for everything that is made"
    Debug           Aws     "debug"            "without effect; the older tool had it"
    CpuCount        Enclave "cpu_count"        "CPUs for enclaves"
    MemoryMib       Enclave "memory_mib"       "memory for enclaves"
}

impl Table {
    /// The table's header in the file.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Aws => "[iac.aws]",
            Self::Enclave => "[iac.enclave]",
        }
    }

    /// The keys that stand in this table of a file.
    pub(crate) fn keys(self) -> impl Iterator<Item = Key> {
        Key::ALL.iter().copied().filter(move |key| key.table() == self && *key != Key::SessionToken)
    }
}

impl Key {
    /// The environment variable, such as `BKY_IAC_KEY_NAME`.
    pub(crate) fn variable(self) -> String {
        format!("BKY_IAC_{}", self.name().to_ascii_uppercase())
    }

    /// The older tool's environment variable for one of its nouns, such as `BKY_IAC_INSTANCE_KEY_NAME`.
    pub(crate) fn variable_of(self, noun: Noun) -> String {
        let noun = match noun {
            Noun::Key => "KEY",
            Noun::Instance => "INSTANCE",
            Noun::Deploy => "DEPLOY",
            Noun::Dns => "DNS",
        };
        format!("BKY_IAC_{noun}_{}", self.name().to_ascii_uppercase())
    }

    /// The flag, such as `--key-name`.
    pub(crate) fn flag(self) -> String {
        format!("--{}", self.name().replace('_', "-"))
    }

    /// Whether the value is a URL, of which a password must not be shown.
    pub(crate) fn is_url(self) -> bool {
        matches!(self, Self::EndpointUrl | Self::PublicIpUrl)
    }

    /// Whether the value must never be shown.
    pub(crate) fn is_secret(self) -> bool {
        matches!(self, Self::SecretKey | Self::SessionToken)
    }
}
