//! The one place that reads the process's environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// The environment, taken once at start-up.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, OsString>,
}

/// What others' variables say of the way to AWS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The file of certificates that `AWS_CA_BUNDLE` names.
    pub(crate) ca_bundle: Option<PathBuf>,
    /// Whether a proxy for plain HTTP is itself spoken to over TLS.
    pub(crate) proxy_speaks_tls: bool,
    /// Whether `AWS_ACCESS_KEY_ID` is set.
    pub(crate) has_aws_key: bool,
}

impl Environment {
    /// Takes the variables of this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self { variables: variables.collect() }
    }

    /// The value of a variable; an empty one counts as not set, one that is not UTF-8 as what it resembles.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let value = self.variables.get(name).filter(|value| !value.is_empty())?;
        Some(value.to_string_lossy().into_owned())
    }

    /// The home folder.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.variables.get("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
    }

    /// What others' variables say of the way to AWS.
    pub(crate) fn surroundings(&self) -> Surroundings {
        let proxies = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].into_iter();
        let speaks_tls = |proxy: String| proxy.to_ascii_lowercase().starts_with("https://");
        Surroundings {
            ca_bundle: self.text("AWS_CA_BUNDLE").map(PathBuf::from),
            proxy_speaks_tls: proxies.filter_map(|name| self.text(name)).any(speaks_tls),
            has_aws_key: self.text("AWS_ACCESS_KEY_ID").is_some(),
        }
    }

    /// The login name of whoever runs the command.
    pub(crate) fn user(&self) -> Option<String> {
        self.text("USER").or_else(|| self.text("LOGNAME"))
    }

    /// The names of all variables that begin with `BKY_IAC_`.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str).filter(|name| name.starts_with("BKY_IAC_"))
    }
}
