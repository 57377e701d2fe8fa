//! The private half of the key pair in use, proven by its public half before anything relies on it.

use std::path::{Path, PathBuf};

use iac_core::key_work::KeyFileName;
use iac_core::name::KeyName;
use iac_core::observed::KeyPair;
use iac_core::public_key::has_passphrase;
use iac_core::quote;
use iac_core::tag::Owner;

use crate::error::{Error, Kind, Result};
use crate::files::{self, Found, SecretsFolder};
use crate::ssh::keygen::{self, PrivateKey};
use crate::work::{Context, Session};

/// The permission bits of everybody but a file's owner.
const OF_OTHERS: u32 = 0o077;

/// Finds the pair that the settings name and returns where its private half lies.
pub(crate) async fn private_half(session: &Session<'_>, folder: &SecretsFolder) -> Result<PathBuf> {
    private_half_of(session, folder, session.settings.key_name()?).await
}

/// Finds a pair and returns where its private half lies.
pub(crate) async fn private_half_of(session: &Session<'_>, folder: &SecretsFolder, name: &KeyName) -> Result<PathBuf> {
    let pair = session.interrupt.or_stop(session.aws.key_pair(name)).await??.ok_or_else(|| {
        Error::new(Kind::KeyMissing, format!("there is no key pair `{name}`"))
            .hint("make it with `iac key create`, or see which there are with `iac key list`")
    })?;
    private_half_of_pair(session, folder, name, &pair).await
}

/// Returns where the private half of a known pair lies.
pub(crate) async fn private_half_of_pair(
    context: &Context<'_>,
    folder: &SecretsFolder,
    name: &KeyName,
    pair: &KeyPair,
) -> Result<PathBuf> {
    let path = folder.pem(name);
    let mode = proven(folder, name, &path, pair).await?;
    make_private(context, &path, mode, pair)?;
    Ok(path)
}

/// Proves that the file is the pair's private half, and returns the file's permission bits.
async fn proven(folder: &SecretsFolder, name: &KeyName, path: &Path, pair: &KeyPair) -> Result<u32> {
    let differs = |cause: &str| {
        Error::new(Kind::KeyFileDiffers, format!("`{}` is not the private half of key pair `{name}`", path.display()))
            .cause(cause)
            .hint("put the right file there, or use another pair with `--key-name`")
    };
    let (content, mode) = match files::read(path)? {
        Found::Nothing => return Err(missing(folder, name, path)),
        Found::Other => return Err(differs("it is no ordinary file")),
        Found::File { content, mode } => (content, mode),
    };
    if has_passphrase(&String::from_utf8_lossy(&content)) {
        return Err(locked(path));
    }
    match (keygen::public_half(&content).await?, &pair.public_key) {
        (PrivateKey::Of(own), Some(pairs)) if own == *pairs => Ok(mode),
        (PrivateKey::Of(_), Some(_)) => Err(differs("it is another key")),
        (PrivateKey::Of(_), None) => Err(differs("AWS does not tell the pair's public key")),
        (PrivateKey::Unreadable(said), _) => Err(differs(&format!("it cannot be read as a private key: {said}"))),
    }
}

fn locked(path: &Path) -> Error {
    let message =
        format!("`{}` has a passphrase, and a host is waited for without a person who types it", path.display());
    Error::new(Kind::KeyFileLocked, message)
        .hint("use a pair without one: `iac key create --key-name NAME`")
        .hint(format!("or take the passphrase away with `ssh-keygen -p -f {}`", word(path)))
}

/// A path as one would type it in a shell.
fn word(path: &Path) -> String {
    let path = path.display().to_string();
    quote::word(&path).unwrap_or(path)
}

fn missing(folder: &SecretsFolder, name: &KeyName, path: &Path) -> Error {
    let message = format!("the private half of key pair `{name}` is not at `{}`", path.display());
    let error = Error::new(Kind::KeyFileMissing, message);
    let is_there = |file| folder.key_file(name, file).exists();
    if is_there(KeyFileName::New) {
        error.hint("finish the interrupted `iac key create` by running it again")
    } else if is_there(KeyFileName::Deleting) {
        error.hint("finish the interrupted `iac key delete` by running it again")
    } else {
        error
            .hint(format!("copy `{name}.pem` there from the machine where the pair was made"))
            .hint("or make a pair of another name with `iac key create --key-name NAME`")
    }
}

/// Takes the file from the eyes of others, as OpenSSH demands; the older tool left its files readable.
fn make_private(context: &Context<'_>, path: &Path, mode: u32, pair: &KeyPair) -> Result<()> {
    if mode & OF_OTHERS == 0 {
        return Ok(());
    }
    if pair.owner() == Owner::Someone {
        // OpenSSH looks at the permissions of this user's own files alone.
        if !files::is_own(path) {
            return Ok(());
        }
        let message = format!("others can read `{}`, so OpenSSH does not use it", path.display());
        let chmod =
            format!("make it private with `chmod 600 {}`: the pair is not ours, so that is left to you", word(path));
        return Err(Error::new(Kind::KeyFileOpen, message).hint(chmod));
    }
    files::make_private(path)?;
    context.ui.note(&format!("others could read `{}`; now only its owner can (0600)", path.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use iac_core::observed::KeyKind;
    use iac_core::public_key::PublicKey;

    use super::*;

    const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINRlqlLBuq1aKX8TyOj7PndBM/wpCM69wT7HpoS0bGnC";

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    fn pair(public_key: Option<PublicKey>) -> KeyPair {
        let (name, id) = ("dev".to_owned(), "key-1".to_owned());
        KeyPair { name, id, tags: vec![], kind: KeyKind::Ed25519, fingerprint: None, public_key, created: None }
    }

    /// What is said of `dev.pem` in a folder that holds these files, and a pair with this public key.
    fn said(files: &[(&str, &str)], public_key: Option<PublicKey>) -> String {
        let base = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(base.path().join(name), content).unwrap();
        }
        let (folder, name) = (SecretsFolder::existing(base.path()), KeyName::parse("dev").unwrap());
        match run(proven(&folder, &name, &folder.pem(&name), &pair(public_key))) {
            Ok(_) => "proven".to_owned(),
            Err(error) => {
                let lines = error.lines().into_iter().map(|(label, text)| format!("{label}: {text}"));
                format!("{}\n{}", error.kind().code(), lines.collect::<Vec<_>>().join("\n"))
                    .replace(&base.path().display().to_string(), "~")
            }
        }
    }

    #[test]
    fn only_the_public_half_proves_a_file() {
        let base = tempfile::tempdir().unwrap();
        let folder = SecretsFolder::existing(base.path());
        let path = base.path().join("key");
        let lock = folder.try_lock().unwrap().expect("it is free");
        run(keygen::generate(&path, &KeyKind::Ed25519, "", &lock)).unwrap();
        let own = std::fs::read_to_string(&path).unwrap();
        let PrivateKey::Of(public_key) = run(keygen::public_half(own.as_bytes())).unwrap() else { panic!("a key") };
        assert_eq!(said(&[("dev.pem", &own)], Some(public_key)), "proven");
        insta::assert_snapshot!(said(&[("dev.pem", &own)], PublicKey::parse(OTHER).ok()), @"
        key_file_differs
        error: `~/dev.pem` is not the private half of key pair `dev`
        caused by: it is another key
        hint: put the right file there, or use another pair with `--key-name`
        ");
        insta::assert_snapshot!(said(&[("dev.pem", &own)], None), @"
        key_file_differs
        error: `~/dev.pem` is not the private half of key pair `dev`
        caused by: AWS does not tell the pair's public key
        hint: put the right file there, or use another pair with `--key-name`
        ");
    }

    #[test]
    fn what_is_no_private_key_is_no_private_half() {
        let error = said(&[("dev.pem", "precious")], PublicKey::parse(OTHER).ok());
        assert!(
            error.starts_with("key_file_differs\n")
                && error.contains("caused by: it cannot be read as a private key: "),
            "{error}"
        );
    }

    #[test]
    fn a_missing_file_is_explained_by_what_is_there() {
        insta::assert_snapshot!(said(&[], None), @"
        key_file_missing
        error: the private half of key pair `dev` is not at `~/dev.pem`
        hint: copy `dev.pem` there from the machine where the pair was made
        hint: or make a pair of another name with `iac key create --key-name NAME`
        ");
        insta::assert_snapshot!(said(&[("dev.pem.new", "")], None), @"
        key_file_missing
        error: the private half of key pair `dev` is not at `~/dev.pem`
        hint: finish the interrupted `iac key create` by running it again
        ");
        insta::assert_snapshot!(said(&[("dev.pem.deleting", "")], None), @"
        key_file_missing
        error: the private half of key pair `dev` is not at `~/dev.pem`
        hint: finish the interrupted `iac key delete` by running it again
        ");
    }
}
