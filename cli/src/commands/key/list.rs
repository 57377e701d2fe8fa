//! `iac key list`: the key pairs of the region, each with how its file here stands to it.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use iac_core::key_work::FileState;
use iac_core::name::KeyName;
use iac_core::observed::{KeyFile, KeyPair, ListedKeyPair};
use iac_core::table::{self, Cell};

use crate::aws::{Aws, CallError, WantedKeyPairs};
use crate::error::{Kind, Result};
use crate::files::SecretsFolder;
use crate::work::Context;
use crate::work::key::file_state;

/// How many files are looked at side by side: for each a program of OpenSSH runs.
const AT_ONCE: usize = 16;

/// Prints ours and the older tool's, or everyone's.
pub(super) async fn list(context: &Context<'_>, everyone: bool) -> Result<()> {
    let session = context.connect().await?;
    let folder = context.settings.optional_secrets_folder().map(SecretsFolder::existing);
    let progress = context.ui.progress("listing key pairs");
    let listed = progress
        .during(async {
            let looks =
                stream::iter(fetch(&session.aws, everyone).await?).map(|pair| look(context, folder.as_ref(), pair));
            looks.buffered(AT_ONCE).try_collect::<Vec<_>>().await
        })
        .await?;
    drop(progress);
    context.ui.data(&listed, |width| text(&listed, width))
}

async fn fetch(aws: &Aws, everyone: bool) -> std::result::Result<Vec<KeyPair>, CallError> {
    if everyone {
        return aws.key_pairs(WantedKeyPairs::All).await;
    }
    let (mut pairs, older) =
        tokio::try_join!(aws.key_pairs(WantedKeyPairs::Ours), aws.key_pairs(WantedKeyPairs::OlderTool))?;
    pairs.extend(older);
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pairs)
}

/// The pair with its file, where there is a folder to look in.
async fn look(context: &Context<'_>, folder: Option<&SecretsFolder>, pair: KeyPair) -> Result<ListedKeyPair> {
    let file = match folder {
        Some(folder) => Some(file(context, folder, &pair).await?),
        None => None,
    };
    Ok(ListedKeyPair { pair, file })
}

/// How `NAME.pem` stands to the pair. One that cannot be read is not known to be its private half.
async fn file(context: &Context<'_>, folder: &SecretsFolder, pair: &KeyPair) -> Result<KeyFile> {
    let Ok(name) = KeyName::parse(&pair.name) else { return Ok(KeyFile::Missing) };
    match file_state(&folder.pem(&name)).await {
        Ok(FileState::Absent) => Ok(KeyFile::Missing),
        Ok(state) if state.is_private_half_of(pair) => Ok(KeyFile::Ok),
        Ok(_) => Ok(KeyFile::Differs),
        Err(error) if error.kind() == Kind::FileFailed => {
            context.ui.warn(error.message());
            Ok(KeyFile::Differs)
        }
        Err(error) => Err(error),
    }
}

/// Key pairs as a table.
pub(super) fn text(listed: &[ListedKeyPair], width: usize) -> String {
    if listed.is_empty() {
        return "no key pairs".to_owned();
    }
    let rows = listed.iter().map(|ListedKeyPair { pair, file }| {
        vec![
            Cell::id(&pair.name),
            Cell::text(pair.kind.as_str()),
            Cell::text(file.map_or("-", file_text)),
            Cell::optional(pair.fingerprint.as_deref()),
            Cell::text(pair.owner().remark()),
        ]
    });
    table::table(&["NAME", "TYPE", "FILE", "FINGERPRINT", "NOTE"], &rows.collect::<Vec<_>>(), width)
}

fn file_text(file: KeyFile) -> &'static str {
    match file {
        KeyFile::Ok => "ok",
        KeyFile::Missing => "missing",
        KeyFile::Differs => "differs",
    }
}
