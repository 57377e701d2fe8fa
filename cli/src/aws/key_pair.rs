//! Key pairs: how they are found, imported and deleted, and what EC2's answers mean.

use aws_sdk_ec2::operation::delete_key_pair::DeleteKeyPairInput;
use aws_sdk_ec2::operation::delete_key_pair::builders::DeleteKeyPairInputBuilder;
use aws_sdk_ec2::operation::describe_key_pairs::DescribeKeyPairsInput;
use aws_sdk_ec2::operation::describe_key_pairs::builders::DescribeKeyPairsInputBuilder;
use aws_sdk_ec2::operation::import_key_pair::builders::ImportKeyPairInputBuilder;
use aws_sdk_ec2::operation::import_key_pair::{ImportKeyPairInput, ImportKeyPairOutput};
use aws_sdk_ec2::types;
use aws_smithy_types::Blob;
use iac_core::name::KeyName;
use iac_core::observed::{KeyKind, KeyPair};
use iac_core::public_key::PublicKey;
use iac_core::tag::{self, Owner, Tag};

use super::client::Aws;
use super::convert::{filter, tag_specification, tags, timestamp};
use super::error::CallError;

/// Which key pairs to look for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WantedKeyPairs {
    /// Every key pair of the region.
    All,
    /// Those that this tool made.
    Ours,
    /// Those that the older tool made.
    OlderTool,
}

/// Why nothing was imported.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum ImportError {
    /// A pair has the name: somebody else's, or our own when an answer was lost and the call made again.
    #[error("the name is taken")]
    NameTaken,
    #[error("{0}")]
    Call(CallError),
}

/// The request for a set of key pairs, each with its public key.
fn request(wanted: WantedKeyPairs) -> DescribeKeyPairsInputBuilder {
    let request = DescribeKeyPairsInput::builder().include_public_key(true);
    match wanted {
        WantedKeyPairs::All => request,
        WantedKeyPairs::Ours => request.filters(filter("tag-key", tag::ENVIRONMENT)),
        WantedKeyPairs::OlderTool => {
            let (key, value) = tag::OLDER_TOOL;
            request.filters(filter(&format!("tag:{key}"), value))
        }
    }
}

fn is_wanted(pair: &KeyPair, wanted: WantedKeyPairs) -> bool {
    match wanted {
        WantedKeyPairs::All => true,
        WantedKeyPairs::Ours => pair.owner().is_ours(),
        WantedKeyPairs::OlderTool => pair.owner() == Owner::OlderTool,
    }
}

/// The request for one key pair. Unlike the values of a filter, a name here is no pattern.
fn request_one(name: &KeyName) -> DescribeKeyPairsInputBuilder {
    DescribeKeyPairsInput::builder().key_names(name.as_str()).include_public_key(true)
}

/// The request that hands EC2 the public half, with all tags at once.
pub(super) fn import_request(name: &KeyName, public_key: &PublicKey, tags: &[Tag]) -> ImportKeyPairInputBuilder {
    ImportKeyPairInput::builder()
        .key_name(name.as_str())
        .public_key_material(Blob::new(public_key.to_string()))
        .tag_specifications(tag_specification(types::ResourceType::KeyPair, tags))
}

/// The request to delete exactly this pair, and not one that has its name by now.
pub(super) fn delete_request(id: &str) -> DeleteKeyPairInputBuilder {
    DeleteKeyPairInput::builder().key_pair_id(id)
}

impl Aws {
    /// The key pairs asked for, in the order of their names; EC2 makes no pages of them.
    pub(crate) async fn key_pairs(&self, wanted: WantedKeyPairs) -> Result<Vec<KeyPair>, CallError> {
        let answer = request(wanted).send_with(&self.ec2).await;
        let answer = answer.map_err(|error| CallError::new(&error))?;
        let mut pairs: Vec<KeyPair> = answer.key_pairs.unwrap_or_default().into_iter().map(key_pair).collect();
        pairs.retain(|pair| is_wanted(pair, wanted));
        pairs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(pairs)
    }

    /// The key pair of a name; `None` where AWS does not know it (yet).
    pub(crate) async fn key_pair(&self, name: &KeyName) -> Result<Option<KeyPair>, CallError> {
        let answer = request_one(name).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => {
                let mut pairs = answer.key_pairs.unwrap_or_default().into_iter();
                Ok(pairs.find(|pair| pair.key_name() == Some(name.as_str())).map(key_pair))
            }
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Imports a public key under a name that must be free, and returns the new pair; `None` where the answer does not give
    /// its id.
    pub(crate) async fn import_key_pair(
        &self,
        name: &KeyName,
        public_key: &PublicKey,
        tags: &[Tag],
    ) -> Result<Option<KeyPair>, ImportError> {
        let answer = import_request(name, public_key, tags).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) => Ok(imported(answer, name, public_key, tags)),
            Err(error) if error.is("InvalidKeyPair.Duplicate") => Err(ImportError::NameTaken),
            Err(error) => Err(ImportError::Call(error)),
        }
    }

    /// Deletes this pair; one that is gone already is as good as deleted.
    pub(crate) async fn delete_key_pair(&self, name: &KeyName, id: &str) -> Result<(), CallError> {
        let answer = delete_request(id).send_with(&self.ec2).await;
        match answer.map_err(|error| CallError::new(&error)) {
            Ok(answer) if answer.key_pair_id() == Some(id) => Ok(()),
            Ok(_) => self.delete_key_pair_by_name(name, id).await,
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// An endpoint that does not confirm the id may know names alone: it is asked by name, if the pair is still there.
    async fn delete_key_pair_by_name(&self, name: &KeyName, id: &str) -> Result<(), CallError> {
        if self.key_pair(name).await?.is_none_or(|found| found.id != id) {
            return Ok(());
        }
        let answer = DeleteKeyPairInput::builder().key_name(name.as_str()).send_with(&self.ec2).await;
        answer.map(|_| ()).map_err(|error| CallError::new(&error))
    }
}

fn is_missing(error: &CallError) -> bool {
    error.is("InvalidKeyPair.NotFound")
}

/// The pair that an import has made: what was sent, and what the answer adds. Only the time is not known.
fn imported(answer: ImportKeyPairOutput, name: &KeyName, public_key: &PublicKey, tags: &[Tag]) -> Option<KeyPair> {
    Some(KeyPair {
        name: name.to_string(),
        id: answer.key_pair_id?,
        tags: tags.to_vec(),
        kind: KeyKind::from(public_key.algorithm().trim_start_matches("ssh-")),
        fingerprint: answer.key_fingerprint.filter(|fingerprint| !fingerprint.is_empty()),
        public_key: Some(public_key.clone()),
        created: None,
    })
}

/// Reads EC2's description of a key pair.
fn key_pair(described: types::KeyPairInfo) -> KeyPair {
    let public_key = described.public_key.and_then(|line| PublicKey::parse(&line).ok());
    let algorithm = public_key.as_ref().map_or("unknown", |key| key.algorithm().trim_start_matches("ssh-"));
    KeyPair {
        name: described.key_name.unwrap_or_default(),
        id: described.key_pair_id.unwrap_or_default(),
        tags: tags(described.tags),
        kind: KeyKind::from(described.key_type.as_ref().map_or(algorithm, types::KeyType::as_str)),
        fingerprint: described.key_fingerprint.filter(|fingerprint| !fingerprint.is_empty()),
        public_key,
        created: described.create_time.as_ref().and_then(timestamp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINRlqlLBuq1aKX8TyOj7PndBM/wpCM69wT7HpoS0bGnC";

    fn described() -> types::builders::KeyPairInfoBuilder {
        let tag = types::Tag::builder().key(tag::ENVIRONMENT).value("dev").build();
        types::KeyPairInfo::builder().key_name("dev").key_pair_id("key-1").key_fingerprint("ab:cd").tags(tag)
    }

    #[test]
    fn a_pair_is_asked_for_by_its_literal_name_and_with_its_public_key() {
        let name = KeyName::parse("dev*?\\").unwrap();
        let request = request_one(&name).build().unwrap();
        assert_eq!((request.key_names(), request.include_public_key()), (&["dev*?\\".to_owned()][..], Some(true)));
        assert!(request.filters().is_empty());
    }

    #[test]
    fn sets_are_asked_for_by_tag() {
        let asked = |wanted| {
            let request = request(wanted).build().unwrap();
            assert_eq!(request.include_public_key(), Some(true));
            let filters = request.filters().iter();
            filters.map(|filter| format!("{}={:?}", filter.name().unwrap(), filter.values())).collect::<Vec<_>>()
        };
        assert_eq!(asked(WantedKeyPairs::Ours), [r#"tag-key=["bky:iac:environment"]"#]);
        assert_eq!(asked(WantedKeyPairs::OlderTool), [r#"tag:Deployment=["Sequencer"]"#]);
        assert!(asked(WantedKeyPairs::All).is_empty());
    }

    #[test]
    fn an_import_carries_the_public_half_and_every_tag() {
        let name = KeyName::parse("dev").unwrap();
        let tags = [Tag::new("Name", "dev"), Tag::new(tag::ENVIRONMENT, "-")];
        let request = import_request(&name, &PublicKey::parse(KEY).unwrap(), &tags).build().unwrap();
        assert_eq!(request.public_key_material().unwrap().as_ref(), KEY.as_bytes());
        let specification = &request.tag_specifications()[0];
        assert_eq!(specification.resource_type(), Some(&types::ResourceType::KeyPair));
        assert_eq!(specification.tags().len(), 2);
    }

    #[test]
    fn an_imported_pair_is_known_without_a_look() {
        let (name, key, tags) =
            (KeyName::parse("dev").unwrap(), PublicKey::parse(KEY).unwrap(), [Tag::new("Name", "dev")]);
        let answer = ImportKeyPairOutput::builder().key_name("dev").key_fingerprint("ab:cd");
        assert_eq!(imported(answer.clone().build(), &name, &key, &tags), None);
        let shown = types::Tag::builder().key("Name").value("dev").build();
        let shown =
            types::KeyPairInfo::builder().key_name("dev").key_pair_id("key-1").key_fingerprint("ab:cd").tags(shown);
        let shown = key_pair(shown.key_type(types::KeyType::Ed25519).public_key(KEY).build());
        assert_eq!(imported(answer.key_pair_id("key-1").build(), &name, &key, &tags), Some(shown));
    }

    #[test]
    fn a_pair_is_deleted_by_its_id_alone() {
        let request = delete_request("key-1").build().unwrap();
        assert_eq!((request.key_pair_id(), request.key_name()), (Some("key-1"), None));
    }

    #[test]
    fn a_description_is_read() {
        let pair = key_pair(described().key_type(types::KeyType::Ed25519).public_key(format!("{KEY} dev\n")).build());
        assert_eq!((pair.name.as_str(), pair.id.as_str(), &pair.kind), ("dev", "key-1", &KeyKind::Ed25519));
        assert_eq!(pair.public_key, PublicKey::parse(KEY).ok());
        assert_eq!(pair.fingerprint.as_deref(), Some("ab:cd"));
        assert!(is_wanted(&pair, WantedKeyPairs::Ours) && !is_wanted(&pair, WantedKeyPairs::OlderTool));
    }

    #[test]
    fn a_type_that_is_not_told_is_read_from_the_key() {
        let kind = |builder: types::builders::KeyPairInfoBuilder| key_pair(builder.public_key(KEY).build()).kind;
        assert_eq!(kind(described()), KeyKind::Ed25519);
        assert_eq!(kind(described().key_type(types::KeyType::Rsa)), KeyKind::Rsa);
    }

    #[test]
    fn what_a_description_lacks_is_not_invented() {
        let pair = key_pair(types::KeyPairInfo::builder().key_fingerprint("").public_key("rubbish").build());
        assert_eq!((pair.public_key, pair.fingerprint), (None, None));
        assert_eq!(pair.kind, KeyKind::Other("unknown".to_owned()));
    }
}
