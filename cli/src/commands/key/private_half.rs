//! The private half of the key pair in use, proven by its public half before anything relies on it.

use std::path::{Path, PathBuf};

use iac_core::key_work::KeyFileName;
use iac_core::name::KeyName;
use iac_core::observed::KeyPair;
use iac_core::tag::Owner;

use crate::aws::Aws;
use crate::commands::Context;
use crate::error::{Error, Kind, Result};
use crate::files::{self, Found, SecretsFolder};
use crate::ssh::keygen::{self, PrivateKey};

/// Finds the pair that the settings name and returns where its private half lies.
pub(crate) async fn private_half(context: &Context<'_>, aws: &Aws, folder: &SecretsFolder) -> Result<PathBuf> {
    private_half_of(context, aws, folder, context.settings.key_name()?).await
}

/// Finds a pair and returns where its private half lies.
pub(crate) async fn private_half_of(
    context: &Context<'_>,
    aws: &Aws,
    folder: &SecretsFolder,
    name: &KeyName,
) -> Result<PathBuf> {
    let pair = aws.key_pair(name).await?.ok_or_else(|| {
        Error::new(Kind::KeyMissing, format!("there is no key pair `{name}`"))
            .hint("make it with `iac key create`, or see which there are with `iac key list`")
    })?;
    let path = folder.pem(name);
    let mode = proven(folder, name, &path, &pair).await?;
    make_private(context, &path, mode, &pair)?;
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
    match (keygen::public_half(&content).await?, &pair.public_key) {
        (PrivateKey::Of(own), Some(pairs)) if own == *pairs => Ok(mode),
        (PrivateKey::Of(_), Some(_)) => Err(differs("it is another key")),
        (PrivateKey::Of(_), None) => Err(differs("AWS does not tell the pair's public key")),
        (PrivateKey::Unreadable(said), _) => Err(differs(&said)),
    }
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
    if mode & 0o077 == 0 {
        return Ok(());
    }
    if pair.owner() == Owner::Someone {
        context.ui.warn(&format!("others can read `{}`, so `ssh` will refuse it", path.display()));
        return Ok(());
    }
    files::make_private(path)?;
    context.ui.note(&format!("others could read `{}`; now only its owner can (0600)", path.display()));
    Ok(())
}
