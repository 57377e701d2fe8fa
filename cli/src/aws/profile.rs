//! The profiles of AWS's shared files: whether the one that is named is there, and what of it the SDK does not do.
//!
//! The SDK passes over a profile that does not exist, has no `ca_bundle`, sends no MFA code, and reads `login_session` only
//! with a library that nothing else needs. The AWS CLI made those sessions and keeps them, so it is asked for both.

use std::borrow::Cow;
use std::path::PathBuf;

use aws_config::profile::ProfileSet;
use iac_core::quote;

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProfileError {
    #[error("there is no profile `{0}` in AWS's shared configuration files")]
    Missing(String),
    #[error("AWS's shared configuration files cannot be read")]
    Unreadable(String),
    #[error("the AWS CLI gives no credentials for profile `{name}`, {}", needs.said())]
    AwsCli { name: String, needs: Needs, cause: String },
}

/// What a profile needs that only the AWS CLI does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// A code of an MFA device.
    MfaCode,
    /// A session that `aws login` began.
    LoginSession,
}

impl Needs {
    fn said(self) -> &'static str {
        match self {
            Self::MfaCode => "which has an `mfa_serial`",
            Self::LoginSession => "which has a `login_session`",
        }
    }
}

/// The profiles there are, and the one that is used.
#[derive(Debug)]
pub(super) struct Profiles {
    set: Result<ProfileSet, ProfileError>,
}

impl Profiles {
    /// Reads the shared files; `name` is the profile of our own settings, else `AWS_PROFILE` or `default`.
    pub(super) async fn load(name: Option<&str>) -> Self {
        let name = name.map(|name| Cow::Owned(name.to_owned()));
        #[expect(clippy::default_trait_access, reason = "the names of these types are the SDK's own")]
        let set = aws_config::profile::load(&Default::default(), &Default::default(), &Default::default(), name).await;
        let unreadable = |error: &dyn std::error::Error| ProfileError::Unreadable(super::error::chain(error));
        Self { set: set.map_err(|error| unreadable(&error)) }
    }

    /// Makes sure that the profile in use is there; nobody has to have a `default`.
    pub(super) fn check(&self) -> Result<(), ProfileError> {
        let set = self.set.as_ref().map_err(Clone::clone)?;
        let name = set.selected_profile();
        if set.get_profile(name).is_some() || name == "default" {
            return Ok(());
        }
        Err(ProfileError::Missing(name.to_owned()))
    }

    /// The name of the profile in use, with what it needs that only the AWS CLI does.
    pub(super) fn needs(&self) -> Option<(&str, Needs)> {
        let set = self.set.as_ref().ok()?;
        let needs = needs(set.selected_profile(), |profile, key| set.get_profile(profile)?.get(key))?;
        Some((set.selected_profile(), needs))
    }

    /// The file of certificates that the profile names.
    pub(super) fn ca_bundle(&self) -> Option<PathBuf> {
        let set = self.set.as_ref().ok()?;
        set.get("ca_bundle").filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}

/// The command by which the AWS CLI hands out the credentials of a profile; it asks for an MFA code on the terminal, and
/// remembers the session.
pub(super) fn export_command(profile: &str) -> Option<String> {
    let profile = quote::word(profile).ok()?;
    Some(format!("aws configure export-credentials --format process --profile {profile}"))
}

/// Follows `source_profile` from profile to profile, as the SDK does, and finds what it would pass over.
fn needs<'a>(first: &'a str, get: impl Fn(&str, &str) -> Option<&'a str>) -> Option<Needs> {
    let (mut name, mut seen) = (first, Vec::new());
    while !seen.contains(&name) {
        let has = |key: &str| get(name, key).is_some();
        let is_first = seen.is_empty();
        seen.push(name);
        if !is_first && has("aws_access_key_id") {
            return None;
        }
        if !has("role_arn") || has("web_identity_token_file") {
            let is_session = has("login_session") && !has("sso_session") && !has("sso_start_url");
            return is_session.then_some(Needs::LoginSession);
        }
        if has("mfa_serial") {
            return Some(Needs::MfaCode);
        }
        name = get(name, "source_profile")?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[(&str, &[(&str, &str)])] = &[
        ("keys", &[("aws_access_key_id", "A"), ("aws_secret_access_key", "B")]),
        ("login", &[("login_session", "arn:aws:iam::123456789012:user/ann")]),
        ("sso", &[("sso_session", "work"), ("login_session", "x")]),
        ("role", &[("role_arn", "r"), ("source_profile", "keys")]),
        ("mfa", &[("role_arn", "r"), ("source_profile", "keys"), ("mfa_serial", "m")]),
        ("over mfa", &[("role_arn", "r"), ("source_profile", "mfa")]),
        ("over login", &[("role_arn", "r"), ("source_profile", "login")]),
        ("of the host", &[("role_arn", "r"), ("credential_source", "Ec2InstanceMetadata")]),
        ("of a token", &[("role_arn", "r"), ("web_identity_token_file", "/t"), ("mfa_serial", "m")]),
        ("keys for others", &[("role_arn", "r"), ("mfa_serial", "m"), ("aws_access_key_id", "A")]),
        ("over keys", &[("role_arn", "r"), ("source_profile", "keys for others")]),
        ("round", &[("role_arn", "r"), ("source_profile", "about")]),
        ("about", &[("role_arn", "r"), ("source_profile", "round")]),
    ];

    fn needed(name: &str) -> Option<Needs> {
        needs(name, |profile, key| {
            let (_, entries) = FILE.iter().find(|(name, _)| *name == profile)?;
            entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
        })
    }

    #[test]
    fn what_the_sdk_would_pass_over_is_found_through_every_source() {
        for name in ["keys", "sso", "role", "of the host", "of a token", "over keys", "round", "not there"] {
            assert_eq!(needed(name), None, "{name}");
        }
        for (name, needs) in [
            ("login", Needs::LoginSession),
            ("over login", Needs::LoginSession),
            ("mfa", Needs::MfaCode),
            ("over mfa", Needs::MfaCode),
        ] {
            assert_eq!(needed(name), Some(needs), "{name}");
        }
    }

    #[test]
    fn a_profile_of_any_name_is_one_word_of_the_command() {
        let command = export_command("a b; rm -r ~").unwrap();
        assert_eq!(command, "aws configure export-credentials --format process --profile 'a b; rm -r ~'");
        assert_eq!(export_command("a\0b"), None);
    }
}
