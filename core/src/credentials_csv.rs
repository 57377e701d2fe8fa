//! The files in which AWS hands out access keys: the console's CSV in all its forms over the years, also as spreadsheets
//! save it, and the older `rootkey.csv`. No error says what a field holds, because that could be the secret.

use std::collections::BTreeSet;

use thiserror::Error;

pub use crate::secret::Secret;
use crate::text::excerpt;

const USER: &str = "User name";
const KEY_ID: &str = "Access key ID";
const SECRET_KEY: &str = "Secret access key";

/// An access key. Its id is public, its secret is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The id, `AKIA…`.
    pub id: String,
    /// The secret.
    pub secret: Secret,
}

/// Why a file holds no access key that could be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CsvError {
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is text of another encoding.
    #[error("it is UTF-16, expected UTF-8: save it as `CSV UTF-8`")]
    Utf16,
    /// It is no text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
    /// The first line does not name a column.
    #[error("its first line names no column `{0}`")]
    MissingColumn(&'static str),
    /// There is a header and nothing below it.
    #[error("it has no row below its header")]
    NoRow,
    /// A row has more fields than the header has names, so nothing says which is which.
    #[error("line {line} has more fields than the first line has names")]
    TooManyFields {
        /// The line, counted from 1.
        line: u64,
    },
    /// A field has nothing in it.
    #[error("line {line} has no `{column}`")]
    MissingValue {
        /// The column.
        column: &'static str,
        /// The line, counted from 1.
        line: u64,
    },
    /// A field holds what no such field can hold.
    #[error("line {line} has a malformed `{column}`")]
    MalformedValue {
        /// The column.
        column: &'static str,
        /// The line, counted from 1.
        line: u64,
    },
    /// There are keys of several users and nobody said whose to take.
    #[error("it holds the keys of several users, name one in `cred_user`: {}", quoted(.0))]
    SeveralUsers(Vec<String>),
    /// There are several keys and nothing tells them apart.
    #[error("it holds {0} keys that no user name tells apart")]
    SeveralKeys(usize),
    /// There is no key of the user that was named.
    #[error("it holds no key of `cred_user` `{}`, only of: {}", excerpt(user, 64), quoted(users))]
    UnknownUser {
        /// Who was named.
        user: String,
        /// Whose keys there are.
        users: Vec<String>,
    },
}

fn quoted(users: &[String]) -> String {
    if users.is_empty() {
        return "nobody that can be named".to_owned();
    }
    users.iter().map(|user| format!("`{}`", excerpt(user, 64))).collect::<Vec<_>>().join(", ")
}

/// Reads an access key from the bytes of such a file; `user` picks one where there are several.
pub fn access_key(bytes: &[u8], user: Option<&str>) -> Result<AccessKey, CsvError> {
    let (text, above) = decoded(bytes)?;
    if is_root_key(text) { root_key(text, above, user) } else { picked(rows(text, above, user)?, user) }
}

/// Returns the text without what is blank around it, and how many lines were blank above it.
fn decoded(bytes: &[u8]) -> Result<(&str, u64), CsvError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0) {
        return Err(CsvError::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| CsvError::NotUtf8)?;
    let whole = text.trim_start_matches('\u{feff}').trim_end();
    let text = whole.trim_start();
    let above = line_ends(&whole[..whole.len() - text.len()]);
    if text.is_empty() { Err(CsvError::Empty) } else { Ok((text, above)) }
}

fn line_ends(text: &str) -> u64 {
    text.bytes().map(|byte| u64::from(byte == b'\n')).sum()
}

/// A key as one row gives it, not yet looked at.
struct Row {
    user: Option<String>,
    id: String,
    secret: String,
    line: u64,
}

impl Row {
    fn access_key(self) -> Result<AccessKey, CsvError> {
        self.check()?;
        Ok(AccessKey { id: self.id, secret: Secret::new(self.secret) })
    }

    fn check(&self) -> Result<(), CsvError> {
        let line = self.line;
        let is_id = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for (column, value, is_valid) in [
            (KEY_ID, &self.id, self.id.chars().all(is_id)),
            (SECRET_KEY, &self.secret, self.secret.chars().all(|c| c.is_ascii_graphic())),
        ] {
            if value.is_empty() {
                return Err(CsvError::MissingValue { column, line });
            }
            if !is_valid {
                return Err(CsvError::MalformedValue { column, line });
            }
        }
        Ok(())
    }
}

/// What stands between two fields: AWS writes commas; a spreadsheet that has saved the file, what is usual where it runs.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads the rows, whatever separates their fields: what a first line `sep=;` names, else what makes the header one.
fn rows(text: &str, above: u64, user: Option<&str>) -> Result<Vec<Row>, CsvError> {
    if let Some((separator, table)) = named_separator(text) {
        return separated(table, separator, above + 1, user);
    }
    let header = text.lines().next().unwrap_or_default();
    let names_both = |separator: &u8| {
        let is_there = |name: &str| {
            let mut names = header.split(char::from(*separator)).map(|field| field.trim().trim_matches('"').trim());
            names.any(|field| field.eq_ignore_ascii_case(name))
        };
        is_there(KEY_ID) && is_there(SECRET_KEY)
    };
    let separator = SEPARATORS.into_iter().find(names_both).unwrap_or(b',');
    separated(text, separator, above, user)
}

/// The line with which spreadsheets say what separates fields, and what stands below it.
fn named_separator(text: &str) -> Option<(u8, &str)> {
    let (first, table) = text.split_once('\n').unwrap_or((text, ""));
    let first = first.trim_end_matches('\r').trim_matches('"');
    let (name, separator) = (first.get(..4)?, first.get(4..)?);
    match separator.as_bytes() {
        [byte] if name.eq_ignore_ascii_case("sep=") && byte.is_ascii() => Some((*byte, table)),
        _ => None,
    }
}

/// Reads the rows below a header whose names may be written in any case and order, with others between them; so many lines
/// of the file stand above it.
fn separated(text: &str, separator: u8, above: u64, user: Option<&str>) -> Result<Vec<Row>, CsvError> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.flexible(true).trim(csv::Trim::All).delimiter(separator).from_reader(text.as_bytes());
    // The text is UTF-8 and any number of fields is taken, so there is nothing left for the reader to refuse.
    let header = reader.headers().map_err(|_| CsvError::NotUtf8)?.clone();
    let column = |name: &'static str| header.iter().position(|field| field.eq_ignore_ascii_case(name));
    let user_column = column(USER);
    if user.is_some() && user_column.is_none() {
        return Err(CsvError::MissingColumn(USER));
    }
    let id = column(KEY_ID).ok_or(CsvError::MissingColumn(KEY_ID))?;
    let secret = column(SECRET_KEY).ok_or(CsvError::MissingColumn(SECRET_KEY))?;
    let (mut rows, mut lines) = (vec![], Lines { text, counted: 0, line: 1 });
    for record in reader.records() {
        let record = record.map_err(|_| CsvError::NotUtf8)?;
        let line = above + lines.of(&record);
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.iter().skip(header.len()).any(|field| !field.is_empty()) {
            return Err(CsvError::TooManyFields { line });
        }
        let field = |index: usize| record.get(index).unwrap_or_default().to_owned();
        let user = user_column.map(field).filter(|name| !name.is_empty());
        rows.push(Row { user, id: field(id), secret: field(secret), line });
    }
    Ok(rows)
}

/// Counts lines as records are read: the reader's own count takes a record to begin at the blank lines above it.
struct Lines<'a> {
    text: &'a str,
    /// Up to which byte lines are counted.
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// Returns the line on which a record begins, counted from 1. Records are asked for in their order.
    fn of(&mut self, record: &csv::StringRecord) -> u64 {
        let from = record.position().and_then(|position| usize::try_from(position.byte()).ok());
        let rest = from.and_then(|from| self.text.get(from..)).unwrap_or_default();
        let start = self.text.len() - rest.trim_start_matches(['\r', '\n']).len();
        self.line += line_ends(self.text.get(self.counted..start).unwrap_or_default());
        self.counted = start;
        self.line
    }
}

fn picked(rows: Vec<Row>, user: Option<&str>) -> Result<AccessKey, CsvError> {
    if rows.is_empty() {
        return Err(CsvError::NoRow);
    }
    let users = user_names(&rows);
    let mut wanted: Vec<Row> = rows.into_iter().filter(|row| user.is_none() || row.user.as_deref() == user).collect();
    match (wanted.pop(), wanted.len(), user) {
        (Some(row), 0, _) => row.access_key(),
        (None, _, named) => Err(CsvError::UnknownUser { user: named.unwrap_or_default().to_owned(), users }),
        (Some(_), _, None) if users.len() > 1 => Err(CsvError::SeveralUsers(users)),
        (Some(_), others, _) => Err(CsvError::SeveralKeys(others + 1)),
    }
}

/// Returns the user names that may be shown. In a file that somebody edited a secret may stand where a user name
/// belongs, so only whole rows count, and nothing that looks like a secret: 40 characters of base64.
fn user_names(rows: &[Row]) -> Vec<String> {
    let looks_secret =
        |name: &str| name.len() == 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c));
    let whole = rows.iter().filter(|row| row.check().is_ok()).filter_map(|row| row.user.clone());
    let users: BTreeSet<String> = whole.filter(|name| !looks_secret(name)).collect();
    users.into_iter().collect()
}

const ROOT_KEY_ID: &str = "AWSAccessKeyId";
const ROOT_SECRET_KEY: &str = "AWSSecretKey";

fn is_root_key(text: &str) -> bool {
    let name = text.split_once('=').map_or("", |(name, _)| name).trim();
    name.eq_ignore_ascii_case(ROOT_KEY_ID) || name.eq_ignore_ascii_case(ROOT_SECRET_KEY)
}

/// Reads the two lines of `rootkey.csv`, `NAME=VALUE` each.
fn root_key(text: &str, above: u64, user: Option<&str>) -> Result<AccessKey, CsvError> {
    if user.is_some() {
        return Err(CsvError::MissingColumn(USER));
    }
    let values = |name: &'static str| {
        let mut found = text.lines().zip(above + 1..).filter_map(move |(line, number)| {
            let (key, value) = line.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| (value.trim().to_owned(), number))
        });
        match (found.next(), found.count()) {
            (None, _) => Err(CsvError::MissingColumn(name)),
            (Some(value), 0) => Ok(value),
            (Some(_), more) => Err(CsvError::SeveralKeys(more + 1)),
        }
    };
    let ((id, _), (secret, line)) = (values(ROOT_KEY_ID)?, values(ROOT_SECRET_KEY)?);
    Row { user: None, id, secret, line }.access_key()
}

#[cfg(test)]
mod tests;
