//! `ssh-keygen`: makes key pairs and tells the public half of a private key. Private keys pass through files and pipes,
//! never through a command line.

use std::io;
use std::path::Path;
use std::process::{Output, Stdio};

use iac_core::observed::KeyKind;
use iac_core::public_key::{PublicKey, PublicKeyError};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::files::FolderLock;

const PROGRAM: &str = "ssh-keygen";

/// Why `ssh-keygen` gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeygenError {
    #[error("`{PROGRAM}` is not installed")]
    NotInstalled,
    #[error("cannot start `{PROGRAM}`")]
    NotStarted(#[source] io::Error),
    /// It ended without success; the text is what it said, or how it ended.
    #[error("`{PROGRAM}` failed")]
    Failed(String),
    #[error("`{PROGRAM}` printed no public key")]
    Answer(#[source] PublicKeyError),
}

/// What a private key's text turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PrivateKey {
    /// A private key with this public half.
    Of(PublicKey),
    /// None that can be read without a passphrase; the text is what `ssh-keygen` said.
    Unreadable(String),
}

/// Makes a key without a passphrase in a new file that only this user can read.
///
/// `ssh-keygen` also writes `PATH.pub`. It holds the lock while it runs, so that nobody finds its work half done.
pub(crate) async fn generate(path: &Path, kind: &KeyKind, comment: &str, lock: &FolderLock) -> Result<(), KeygenError> {
    // EC2 imports RSA keys of 1024, 2048 and 4096 bits.
    let kind: &[&str] = if *kind == KeyKind::Rsa { &["rsa", "-b", "4096"] } else { &["ed25519"] };
    let mut command = program();
    command.arg("-q").arg("-t").args(kind).args(["-N", "", "-C", comment, "-f"]).arg(path);
    let output = command.stdin(lock.for_program().map_err(KeygenError::NotStarted)?).output().await;
    succeeded(&output.map_err(not_started)?).map(|_| ())
}

/// Tells the public half of a private key, whatever the permissions of the file it came from.
pub(crate) async fn public_half(private_key: &[u8]) -> Result<PrivateKey, KeygenError> {
    let mut command = program();
    command.args(["-y", "-P", "", "-f", "/dev/stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(not_started)?;
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let fed = async {
        // It may stop reading in the middle of what is no key: then its verdict counts, not the broken pipe.
        stdin.write_all(private_key).await.ok();
        drop(stdin);
    };
    let ((), output) = tokio::join!(fed, child.wait_with_output());
    match succeeded(&output.map_err(KeygenError::NotStarted)?) {
        Ok(line) => PublicKey::parse(&line).map(PrivateKey::Of).map_err(KeygenError::Answer),
        Err(KeygenError::Failed(said)) => Ok(PrivateKey::Unreadable(said)),
        Err(error) => Err(error),
    }
}

/// The program, in a process group of its own: Ctrl-C is this process's to answer, after the step under way.
fn program() -> Command {
    let mut command = super::program(PROGRAM);
    command.process_group(0).kill_on_drop(true);
    command
}

fn not_started(error: io::Error) -> KeygenError {
    match error.kind() {
        io::ErrorKind::NotFound => KeygenError::NotInstalled,
        _ => KeygenError::NotStarted(error),
    }
}

fn succeeded(output: &Output) -> Result<String, KeygenError> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    Err(KeygenError::Failed(if said.is_empty() { output.status.to_string() } else { said.to_owned() }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::files::SecretsFolder;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    /// Makes a key and returns its private and its public half.
    fn made(kind: &KeyKind, name: &str) -> (Vec<u8>, PublicKey) {
        let folder = tempfile::tempdir().unwrap();
        let lock = SecretsFolder::existing(folder.path()).try_lock().unwrap().unwrap();
        let path = folder.path().join(name);
        run(generate(&path, kind, name, &lock)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let public = std::fs::read_to_string(folder.path().join(format!("{name}.pub"))).unwrap();
        (std::fs::read(path).unwrap(), PublicKey::parse(&public).unwrap())
    }

    #[test]
    fn a_key_is_made_and_its_public_half_told() {
        for (kind, name, algorithm) in
            [(KeyKind::Ed25519, "-f it's a \"dev\" %d\\*?.pem.new", "ssh-ed25519"), (KeyKind::Rsa, "rsa", "ssh-rsa")]
        {
            let (private, public) = made(&kind, name);
            assert_eq!(public.algorithm(), algorithm);
            assert_eq!(run(public_half(&private)).unwrap(), PrivateKey::Of(public));
        }
    }

    #[test]
    fn a_key_is_never_made_over_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let lock = SecretsFolder::existing(folder.path()).try_lock().unwrap().unwrap();
        let path = folder.path().join("dev");
        std::fs::write(&path, "precious").unwrap();
        assert!(matches!(run(generate(&path, &KeyKind::Ed25519, "dev", &lock)), Err(KeygenError::Failed(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    }

    #[test]
    fn what_is_no_private_key_is_unreadable_and_asks_nothing() {
        let (whole, _) = made(&KeyKind::Ed25519, "dev");
        for text in [&b""[..], b"precious", &whole[..whole.len() / 2], &vec![0xff; 200_000]] {
            assert!(matches!(run(public_half(text)).unwrap(), PrivateKey::Unreadable(said) if !said.is_empty()));
        }
    }

    #[test]
    fn a_passphrase_is_not_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dev");
        let made = std::process::Command::new(PROGRAM).args(["-q", "-N", "secret", "-f"]).arg(&path).status().unwrap();
        assert!(made.success());
        let locked = run(public_half(&std::fs::read(path).unwrap())).unwrap();
        assert!(matches!(locked, PrivateKey::Unreadable(_)));
    }
}
