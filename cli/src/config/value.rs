//! From what was written to what is meant: one reader for each kind of value.
//!
//! A reader takes the raw value of whatever layer set it and answers with the typed value, or with what is wrong in
//! words that follow "`key`: …", a line for each mistake.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use iac_core::dns::Fqdn;
use iac_core::duration;
use iac_core::ingress::SshFrom;
use iac_core::name::{GroupRef, InstanceName, KeyName};
use iac_core::tag;
use iac_core::url::without_password;
use toml::de::DeValue;

/// A value as a layer holds it; flags and environment hold text only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Raw {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<String>),
    Pairs(BTreeMap<String, String>),
    /// Something that no setting takes, such as a date; the text names it.
    Other(&'static str),
}

impl Raw {
    pub(crate) fn from_toml(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Self::Other("a number too large"), Self::Integer),
            DeValue::Boolean(value) => Self::Boolean(*value),
            DeValue::Array(items) => items
                .iter()
                .map(|item| text_of(item.get_ref()))
                .collect::<Option<Vec<_>>>()
                .map_or(Self::Other("a list of something else than text"), Self::List),
            DeValue::Table(table) => table
                .iter()
                .map(|(key, value)| Some((key.get_ref().to_string(), text_of(value.get_ref())?)))
                .collect::<Option<BTreeMap<_, _>>>()
                .map_or(Self::Other("a table of something else than text"), Self::Pairs),
            DeValue::Float(_) => Self::Other("a fraction"),
            DeValue::Datetime(_) => Self::Other("a date"),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Pairs(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl std::fmt::Display for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Pairs(pairs) => {
                let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
                f.write_str(&pairs.join(", "))
            }
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

fn text_of(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

type Read<T> = Result<T, String>;

/// Whether an instance is launched with enclaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstanceKind {
    Nitro,
    Standard,
}

/// A machine image, or where AWS publishes its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Image {
    /// `ami-…`
    Id(String),
    /// The name of an SSM parameter, with its leading `/`.
    Parameter(String),
}

impl Image {
    /// Whether AWS decides which image it is; what a parameter of its own holds moves by itself.
    pub(crate) fn moves_by_itself(&self) -> bool {
        matches!(self, Self::Parameter(name) if name.starts_with("/aws/"))
    }
}

pub(crate) fn text(raw: &Raw) -> Read<String> {
    match raw {
        Raw::Text(text) if text.is_empty() => Err("is empty".into()),
        Raw::Text(text) if text.chars().any(char::is_control) => Err("holds a control character".into()),
        Raw::Text(text) => Ok(text.clone()),
        other => Err(format!("is {}, but must be text in quotes", other.kind())),
    }
}

/// A secret: any text; what is wrong is said without it.
pub(crate) fn secret(raw: &Raw) -> Read<String> {
    match raw {
        Raw::Text(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        Raw::Text(_) => Err("is empty".into()),
        other => Err(format!("is {}, but must be text in quotes", other.kind())),
    }
}

pub(crate) fn absolute_path(raw: &Raw) -> Read<PathBuf> {
    let path = PathBuf::from(text(raw)?);
    if path.is_absolute() {
        return Ok(path);
    }
    let reason = if path.starts_with("~") { "`~` is not expanded here" } else { "it is relative" };
    Err(format!("must be an absolute path: `{}` is not, {reason}", path.display()))
}

/// A path that was typed may be relative to where the command runs, which `folder` is then. Every other is absolute: a
/// variable stays set while its owner goes elsewhere, and a second set of keys would lie there.
pub(crate) fn path_from(raw: &Raw, folder: Option<&Path>) -> Read<PathBuf> {
    match (folder, raw) {
        (Some(folder), Raw::Text(text)) if !text.is_empty() && !text.starts_with('~') => Ok(folder.join(text)),
        _ => absolute_path(raw),
    }
}

pub(crate) fn account(raw: &Raw) -> Read<String> {
    let wanted = "must be an account id: twelve digits in quotes";
    let Raw::Text(text) = raw else { return Err(wanted.into()) };
    let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Ok(text.clone()) } else { Err(wanted.into()) }
}

pub(crate) fn region(raw: &Raw) -> Read<String> {
    let region = text(raw)?;
    let plain = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if plain { Ok(region) } else { Err(format!("must be a region such as `us-east-1`, not `{region}`")) }
}

pub(crate) fn url(raw: &Raw) -> Read<String> {
    let url = text(raw)?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(url),
        _ => Err(format!(
            "must begin with `https://` or `http://` and name a host: `{}` does not",
            without_password(&url)
        )),
    }
}

pub(crate) fn instance_kind(raw: &Raw) -> Read<InstanceKind> {
    match text(raw)?.as_str() {
        "nitro" => Ok(InstanceKind::Nitro),
        "standard" => Ok(InstanceKind::Standard),
        other => Err(format!("must be `nitro` or `standard`, not `{other}`")),
    }
}

pub(crate) fn image(raw: &Raw) -> Read<Image> {
    let image = text(raw)?;
    if let Some(parameter) = image.strip_prefix("ssm:") {
        if parameter.starts_with('/') {
            return Ok(Image::Parameter(parameter.to_owned()));
        }
    } else if image.strip_prefix("ami-").is_some_and(is_hexadecimal) {
        return Ok(Image::Id(image));
    }
    Err(format!("must be `ami-…` or `ssm:/…`, not `{image}`"))
}

pub(crate) fn subnet_id(raw: &Raw) -> Read<String> {
    let id = text(raw)?;
    if id.strip_prefix("subnet-").is_some_and(is_hexadecimal) {
        Ok(id)
    } else {
        Err(format!("must be an id such as `subnet-0123456789abcdef0`, not `{id}`"))
    }
}

fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(crate) fn number(raw: &Raw, range: std::ops::RangeInclusive<i64>) -> Read<i64> {
    let number = match raw {
        Raw::Integer(number) => Some(*number),
        Raw::Text(text) => text.trim().parse().ok(),
        _ => None,
    };
    match number {
        Some(number) if range.contains(&number) => Ok(number),
        _ => Err(format!("must be a number from {} to {}, not `{raw}`", range.start(), range.end())),
    }
}

pub(crate) fn boolean(raw: &Raw) -> Read<bool> {
    match raw {
        Raw::Boolean(value) => Ok(*value),
        Raw::Text(text) if text == "true" || text == "1" => Ok(true),
        Raw::Text(text) if text == "false" || text == "0" => Ok(false),
        other => Err(format!("must be true or false, not `{other}`")),
    }
}

pub(crate) fn key_name(raw: &Raw) -> Read<KeyName> {
    KeyName::parse(&text(raw)?).map_err(|error| error.to_string())
}

pub(crate) fn instance_name(raw: &Raw) -> Read<InstanceName> {
    InstanceName::parse(&text(raw)?).map_err(|error| error.to_string())
}

pub(crate) fn group(raw: &Raw) -> Read<GroupRef> {
    GroupRef::parse(&text(raw)?).map_err(|error| error.to_string())
}

pub(crate) fn ssh_from(raw: &Raw) -> Read<SshFrom> {
    let read = match raw {
        Raw::Text(text) => SshFrom::parse(text),
        Raw::List(items) => SshFrom::from_items(items.iter().map(String::as_str)),
        other => return Err(format!("is {}, but must be `auto` or a list of networks", other.kind())),
    };
    read.map_err(|error| error.to_string())
}

pub(crate) fn ssh_user(raw: &Raw) -> Read<String> {
    let user = text(raw)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if user.starts_with('-') || !user.bytes().all(plain) {
        return Err(format!("must be a login name, not `{user}`"));
    }
    Ok(user)
}

pub(crate) fn span(raw: &Raw) -> Read<Duration> {
    duration::parse(&text(raw)?).map_err(|error| error.to_string())
}

/// The span of one call to AWS; over a distant line even the fastest answers take a good part of a second.
pub(crate) fn call_timeout(raw: &Raw) -> Read<Duration> {
    let span = span(raw)?;
    let (shortest, longest) = (Duration::from_secs(1), Duration::from_mins(10));
    if (shortest..=longest).contains(&span) { Ok(span) } else { Err("must be from `1s` to `10m`".to_owned()) }
}

pub(crate) fn tags(raw: &Raw) -> Read<BTreeMap<String, String>> {
    let tags = match raw {
        Raw::Pairs(pairs) => pairs.clone(),
        Raw::Text(text) => text
            .split(',')
            .map(|pair| pair.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())))
            .collect::<Option<_>>()
            .ok_or("must be pairs such as `team=red,cost=42`")?,
        other => return Err(format!("is {}, but must be a table of texts", other.kind())),
    };
    let mistakes: Vec<String> = tag::check_user_tags(&tags).iter().map(ToString::to_string).collect();
    if mistakes.is_empty() { Ok(tags) } else { Err(mistakes.join("\n")) }
}

pub(crate) fn fqdn(raw: &Raw) -> Read<Fqdn> {
    Fqdn::parse(&text(raw)?).map_err(|error| error.to_string())
}
