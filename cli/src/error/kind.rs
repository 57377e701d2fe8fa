//! The kinds of failure: each has a stable code for scripts, an exit status and a line of `docs/errors.md`.

/// Defines the enum, its codes, exit statuses and meanings from one table, so that none can be forgotten.
macro_rules! kinds {
    ($($kind:ident $code:literal $exit:literal $meaning:literal)*) => {
        /// What went wrong, in a form that scripts can compare.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind { $(#[doc = $meaning] $kind,)* }

        impl Kind {
            /// The stable code, as it stands in JSON and in `docs/errors.md`.
            pub(crate) fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)* }
            }

            /// The exit status: 1 refused or failed, 2 usage or configuration, 70 a bug, 130 interrupted.
            pub(crate) fn exit(self) -> u8 {
                match self { $(Self::$kind => $exit,)* }
            }

            /// Every kind in the order of the table, with its meaning.
            #[cfg(test)]
            pub(crate) const ALL: &[(Self, &'static str)] = &[$((Self::$kind, $meaning),)*];
        }
    };
}

kinds! {
    Usage                "usage"                  2 "the command line is not one that `iac` takes"
    SecretOnCommandLine  "secret_on_command_line" 2 "a secret was passed as a flag, where every user of the machine can read it"
    ConfigUnreadable     "config_unreadable"      2 "the configuration file cannot be read"
    ConfigInvalid        "config_invalid"         2 "the configuration file or the environment has mistakes; all are listed"
    ConfigExists         "config_exists"          1 "`config init` found a configuration file and did not touch it"
    SettingMissing       "setting_missing"        2 "a setting that the command needs is not set"
    SettingInvalid       "setting_invalid"        2 "a setting has a value that cannot be used here"
    CredentialsFile      "credentials_file"       2 "the file named by `cred_file` holds no usable access key"
    CredentialsMissing   "credentials_missing"    2 "no AWS credentials were found"
    CredentialsRefused   "credentials_refused"    1 "AWS does not accept the credentials"
    ProfileUnusable      "profile_unusable"       2 "the profile is not in AWS's shared configuration files, or gives no credentials"
    CertificatesMissing  "certificates_missing"   2 "no CA certificates were found, so no server can be trusted"
    AccountMismatch      "account_mismatch"       2 "the credentials belong to another account than the setting `account`"
    AwsUnreachable       "aws_unreachable"        1 "AWS cannot be reached"
    AwsTimeout           "aws_timeout"            1 "AWS did not answer in time"
    AwsThrottled         "aws_throttled"          1 "AWS refused repeatedly because there were too many requests"
    AwsDenied            "aws_denied"             1 "the credentials lack a right"
    AccountNotReady      "account_not_ready"      1 "the account is not activated yet, or not subscribed to what was requested"
    AwsClock             "aws_clock"              1 "this machine's clock differs too much from AWS's"
    AwsRefused           "aws_refused"            1 "AWS refused a request for a reason of its own"
    AwsFault             "aws_fault"              1 "AWS had an internal failure during a request"
    AwsAnswer            "aws_answer"             1 "AWS's answer is incomplete"
    NotOurs              "not_ours"               1 "the resource was not made by `iac`, so it is neither changed nor deleted"
    FileFailed           "file_failed"            1 "a file or folder cannot be read or written"
    ToolMissing          "tool_missing"           1 "a program of OpenSSH is not installed"
    ToolFailed           "tool_failed"            1 "a program of OpenSSH failed"
    KeyFileExists        "key_file_exists"        1 "the private key file exists already; it is never overwritten"
    ConfirmationNeeded   "confirmation_needed"    2 "confirmation is needed, but stdin or stderr is not a terminal"
    KeyExists            "key_exists"             1 "the key pair exists already"
    PermissionNeeded     "permission_needed"      1 "the plan restarts or replaces the instance, and that was not allowed"
    SomethingLeft        "something_left"         1 "resources of the environment are still there"
    ZoneMissing          "zone_missing"           1 "no public hosted zone of the account holds the name"
    ZoneAmbiguous        "zone_ambiguous"         1 "several public hosted zones of the same name fit"
    RecordNotOurs        "record_not_ours"        1 "the records at the name belong to somebody else, so they are not changed"
    RecordMissing        "record_missing"         1 "the name has no record that `iac` made"
    KeyMissing           "key_missing"            1 "there is no such key pair"
    KeyFileMissing       "key_file_missing"       1 "the private key of the pair is not on this machine"
    KeyFileDiffers       "key_file_differs"       1 "the private key file belongs to another key pair"
    KeyFileOpen          "key_file_open"          1 "others can read the private key file, so OpenSSH does not use it"
    KeyFileLocked        "key_file_locked"        1 "the private key file has a passphrase, and nobody is there to type it"
    KeyDeleteInterrupted "key_delete_interrupted" 1 "an earlier `key delete` was interrupted and must be finished first"
    FolderBusy           "folder_busy"            1 "another `iac` is using the secrets folder"
    GroupMissing         "group_missing"          1 "there is no such security group"
    GroupAmbiguous       "group_ambiguous"        1 "several security groups have this name"
    GroupInUse           "group_in_use"           1 "a network interface still uses the security group"
    AddressUnknown       "address_unknown"        1 "this machine's public address cannot be found out"
    NoDefaultVpc         "no_default_vpc"         1 "the region has no default VPC"
    SubnetMissing        "subnet_missing"         1 "there is no such subnet"
    ImageMissing         "image_missing"          1 "there is no such machine image"
    ImageUnsuitable      "image_unsuitable"       1 "the machine image does not run on the instance type"
    TypeUnknown          "type_unknown"           1 "the region has no such instance type"
    TypeWithoutEnclaves  "type_without_enclaves"  1 "the instance type cannot run enclaves"
    TypeUnsuitable       "type_unsuitable"        1 "the enclave does not fit on the instance type"
    NoCapacity           "no_capacity"            1 "AWS has no capacity for the instance type in any zone"
    QuotaExceeded        "quota_exceeded"         1 "a quota of the account is used up, such as the one for vCPUs"
    LaunchUnsupported    "launch_unsupported"     1 "AWS does not launch this instance type with these settings, or not in these zones"
    LaunchMismatch       "launch_mismatch"        1 "an earlier launch of this name asked for something else"
    InstanceExists       "instance_exists"        1 "a live instance has this name already"
    InstanceMissing      "instance_missing"       1 "there is no live instance of this name or id"
    InstanceAmbiguous    "instance_ambiguous"     1 "several live instances have this name"
    InstanceFailed       "instance_failed"        1 "the instance ended while `iac` waited for it"
    InstanceNotRunning   "instance_not_running"   1 "the instance is not running"
    NoAddress            "no_address"             1 "the instance has no public address"
    TimedOut             "timed_out"              1 "what the command waited for did not happen in time"
    HostKeyUnproven      "host_key_unproven"      1 "no host key of the instance could be proven"
    HostKeyDiffers       "host_key_differs"       1 "the server's host key is not the one the instance printed"
    SshFailed            "ssh_failed"             1 "an SSH connection could not be made"
    HostNotReady         "host_not_ready"         1 "a check of the host fails; the report says which one, and how to repair it"
    HostAnswer           "host_answer"            1 "the host sent an incomplete answer"
    SetUpFailed          "set_up_failed"          1 "a step of the host's set-up failed"
    NoEnd                "no_end"                 1 "the instance was launched without `ttl`, so it has no end to move"
    EndTooFar            "end_too_far"            2 "an instance would end itself more than 30 days from now"
    CopyFailed           "copy_failed"            1 "a file could not be copied"
    FileExists           "file_exists"            1 "the fetched file or folder would replace an existing one; `--replace` allows that"
    DocumentMalformed    "document_malformed"     1 "the file holds no attestation document"
    DocumentRefused      "document_refused"       1 "the attestation document is refused; the verdict says which check failed"
    ExpectationMissing   "expectation_missing"    2 "no expected image was given: PCR0, PCR8, or PCR1 and PCR2"
    ExpectationConflict  "expectation_conflict"   2 "two expectations contradict each other"
    MeasurementsMalformed "measurements_malformed" 1 "the file holds no measurements in the form that nitro-cli prints"
    RootMalformed        "root_malformed"         1 "the file holds no certificate that can be a root"
    ImageMalformed       "image_malformed"        1 "the file is not an enclave image, or breaks a rule of the format"
    ImageDamaged         "image_damaged"          1 "the checksum or the signature of an enclave image is wrong"
    ReceiptMalformed     "receipt_malformed"      1 "the file is not a receipt of `attest verify`"
    ReceiptAltered       "receipt_altered"        1 "the receipt's record and its expectations contradict each other"
    ReceiptExists        "receipt_exists"         1 "the receipt's file exists already; it is never overwritten"
    ChecksFailed         "checks_failed"          1 "something that a host needs is missing or wrong; each check says how to repair it"
    CodeUnknown          "code_unknown"           2 "nitro-cli has no such error code"
    Interrupted          "interrupted"          130 "Ctrl-C or SIGTERM"
    Internal             "internal"              70 "a bug in `iac`"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page that users read, made from the table.
    fn page() -> String {
        let mut page = String::from(
            "# Error codes\n\n\
             Every failure has a code that does not change. If the output is JSON, a failed command prints a document on\n\
             stdout with the code as `error.code`. On stderr the same is said in words, with what to type next.\n\n\
             `ssh` and `deploy run` end with the status of the remote command; 255 is OpenSSH's own failure.\n\n\
             | code | exit status | meaning |\n| --- | --- | --- |\n",
        );
        for (kind, meaning) in Kind::ALL {
            page.push_str(&format!("| `{}` | {} | {meaning} |\n", kind.code(), kind.exit()));
        }
        page
    }

    #[test]
    fn the_page_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
        #[expect(clippy::disallowed_methods, reason = "whoever changes the table writes the page anew with it")]
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            written,
            page(),
            "write docs/errors.md anew: `UPDATE_DOCS=1 cargo test -p iac --bin iac error::kind`"
        );
    }

    #[test]
    fn codes_are_unique() {
        let codes: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|(kind, _)| kind.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
    }
}
