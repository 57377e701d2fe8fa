//! A user's machine: a home folder, an environment, a configuration file and the built binary. Nothing of the machine
//! the tests run on reaches it but the PATH.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::aws::Aws;
use super::proxy::Proxy;
use super::run::Run;
use super::sandbox::Sandbox;
use super::server::{Ready, Server};
use super::tls::Tls;
use super::transcript::Masks;
use super::waiting::{LONGEST, NEVER};

/// The secret access key of every test; after each run it must be in no output.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYTESTSECRET";

/// A user's machine.
#[derive(Debug)]
pub(crate) struct Laptop {
    home: TempDir,
    variables: BTreeMap<String, OsString>,
    cloud: Cloud,
    masks: Masks,
}

/// The AWS that a laptop talks to; it lives as long as the laptop.
#[derive(Debug)]
enum Cloud {
    Sandbox(Sandbox),
    PlainMoto(Server),
    Nowhere,
}

impl Laptop {
    /// Makes a machine whose configuration file names a sandbox of its own.
    pub(crate) fn new() -> Self {
        let laptop = Self::with(Cloud::Sandbox(Sandbox::take()));
        laptop.configure("");
        laptop
    }

    /// Makes a machine in front of moto as it is published: no SSH, no enclaves' own rules.
    pub(crate) fn on_plain_moto() -> Self {
        let laptop = Self::with(Cloud::PlainMoto(Server::plain_moto()));
        laptop.configure("");
        laptop
    }

    /// Makes a machine that reaches no AWS and has no configuration file.
    pub(crate) fn offline() -> Self {
        Self::with(Cloud::Nowhere)
    }

    fn with(cloud: Cloud) -> Self {
        // A path of one length on every machine: it stands on screens.
        let home = TempDir::new_in("/tmp").unwrap();
        let masks = Masks::new(home.path());
        let mut laptop = Self { home, variables: BTreeMap::new(), cloud, masks };
        laptop.set("BKY_IAC_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE");
        laptop.set("BKY_IAC_SECRET_KEY", SECRET);
        if let Some(ready) = laptop.ready() {
            laptop.masks.name(&ready.endpoint, "http://sandbox");
        }
        laptop
    }

    fn ready(&self) -> Option<&Ready> {
        match &self.cloud {
            Cloud::Sandbox(sandbox) => Some(sandbox.ready()),
            Cloud::PlainMoto(server) => Some(&server.ready),
            Cloud::Nowhere => None,
        }
    }

    /// Writes the configuration file: what every test needs, and these lines below `[iac.aws]`.
    pub(crate) fn configure(&self, lines: &str) {
        let Ready { endpoint, public_ip_url, ssh_port } = self.ready().expect("there is an AWS to configure");
        let (secrets, ssh_config) = (self.secrets(), self.write("ssh_config", "Host *\n"));
        self.write(
            ".config/bky/iac/config.toml",
            format!(
                "[iac.aws]\nregion = \"us-east-1\"\nendpoint_url = \"{endpoint}\"\npublic_ip_url = \"{public_ip_url}\"\n\
                 secrets_folder = \"{}\"\ninstance_name = \"nitro-dev\"\nkey_name = \"nitro-dev\"\n\
                 security_group = \"nitro-dev\"\nssh_port = {ssh_port}\nssh_config = \"{}\"\n{lines}",
                secrets.display(),
                ssh_config.display(),
            ),
        );
    }

    /// The sandbox that the machine talks to.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        match &self.cloud {
            Cloud::Sandbox(sandbox) => sandbox,
            _ => panic!("this laptop has no sandbox"),
        }
    }

    /// Changes settings of the sandbox, as `sandbox/README.md` lists them.
    pub(crate) fn cloud(&self, settings: &Value) {
        self.sandbox().set(settings);
    }

    /// What AWS has and what it was asked for.
    pub(crate) fn aws(&self) -> Aws {
        Aws::new(&self.ready().expect("there is an AWS to ask").endpoint)
    }

    /// Puts a proxy between this machine and its AWS.
    pub(crate) fn proxy(&mut self) -> Proxy {
        let proxy = Proxy::start(&self.ready().expect("there is an AWS to stand before").endpoint);
        self.masks.name(proxy.endpoint(), "http://sandbox");
        self.set("BKY_IAC_ENDPOINT_URL", proxy.endpoint());
        proxy
    }

    /// Lets this machine speak TLS with its AWS; it trusts nobody for that yet.
    pub(crate) fn tls(&mut self) -> Tls {
        let tls = Tls::start(&self.ready().expect("there is an AWS to stand before").endpoint);
        self.masks.name(tls.endpoint(), "https://sandbox");
        self.set("BKY_IAC_ENDPOINT_URL", tls.endpoint());
        tls
    }

    /// Sets a variable for every later run.
    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.variables.insert(name.to_owned(), value.as_ref().to_owned());
    }

    /// Makes every later run that of a user with these rights alone.
    pub(crate) fn act_with(&mut self, policy: &Value) {
        let key = self.sandbox().user(policy);
        self.set("BKY_IAC_ACCESS_KEY", key);
    }

    /// Takes a variable away.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// What stands for what differs from run to run.
    pub(super) fn masks(&self) -> &Masks {
        &self.masks
    }

    /// A path below the home folder.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.home.path().join(path)
    }

    /// The folder of the private keys.
    pub(crate) fn secrets(&self) -> PathBuf {
        self.path("secrets")
    }

    /// Writes a file below the home folder, with the folders above it.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Puts a program of the test's own before all others in the PATH.
    pub(crate) fn program(&mut self, name: &str, script: &str) {
        let path = self.write(Path::new("bin").join(name), script);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Makes a command of this machine, in its home folder.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(self.home.path()).env("HOME", self.home.path()).env("PATH", self.search_path());
        command.envs([("USER", "tester"), ("COLUMNS", "100"), ("LC_ALL", "C.UTF-8")]).envs(&self.variables);
        command
    }

    #[expect(clippy::disallowed_methods, reason = "the programs of OpenSSH are where this machine has them")]
    fn search_path(&self) -> OsString {
        let here = std::env::var_os("PATH").unwrap();
        std::env::join_paths(std::iter::once(self.path("bin")).chain(std::env::split_paths(&here))).unwrap()
    }

    /// Runs `iac` to its end.
    #[must_use = "a run that nobody looks at can fail unseen; ask for `ok` or `fails`"]
    pub(crate) fn iac<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Run {
        self.start(words).finish()
    }

    /// Starts `iac`.
    pub(crate) fn start<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Running {
        self.start_with(words, &[])
    }

    /// Starts `iac` with something on its standard input.
    pub(crate) fn start_with<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>, input: &[u8]) -> Running {
        self.spawn(self.command(env!("CARGO_BIN_EXE_iac")), words, input)
    }

    /// Runs `iac` while AWS does not show what is made; shows it once the run has changed something by one action and has
    /// asked twice by another since.
    #[must_use = "a run that nobody looks at can fail unseen; ask for `ok` or `fails`"]
    pub(crate) fn iac_seeing_late<W: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = W>,
        (change, look): (&str, &str),
    ) -> Run {
        self.cloud(&json!({"lag": NEVER}));
        let running = self.start(words);
        self.aws().until_asked_after(change, look, 2);
        self.sandbox().hasten();
        running.finish()
    }

    /// Runs `iac` in a shell that did something before, such as `ulimit -n 8`.
    #[must_use = "a run that nobody looks at can fail unseen; ask for `ok` or `fails`"]
    pub(crate) fn iac_after<W: AsRef<OsStr>>(&self, before: &str, words: impl IntoIterator<Item = W>) -> Run {
        let mut shell = self.command("sh");
        shell.args(["-c", &format!("{before} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_iac")]);
        self.spawn(shell, words, &[]).finish()
    }

    /// Runs `iac` where the secrets folder lies on a read-only file system.
    #[must_use = "a run that nobody looks at can fail unseen; ask for `ok` or `fails`"]
    pub(crate) fn iac_with_read_only_secrets<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Run {
        let mut unshare = self.command("unshare");
        let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
        unshare.args(["-Urm", "sh", "-c", script]).arg(self.secrets()).arg(env!("CARGO_BIN_EXE_iac"));
        self.spawn(unshare, words, &[]).finish()
    }

    /// Starts `iac` so that a hang-up ends it, as a terminal does, or does not, as `nohup` does.
    ///
    /// Said either way, because it is handed down: tests that run below `nohup` ignore hang-ups themselves.
    pub(crate) fn start_heeding_hang_ups<W: AsRef<OsStr>>(
        &self,
        heeds: bool,
        words: impl IntoIterator<Item = W>,
    ) -> Running {
        let mut env = self.command("env");
        env.args([if heeds { "--default-signal=HUP" } else { "--ignore-signal=HUP" }, env!("CARGO_BIN_EXE_iac")]);
        self.spawn(env, words, &[])
    }

    fn spawn<W: AsRef<OsStr>>(
        &self,
        mut command: Command,
        words: impl IntoIterator<Item = W>,
        input: &[u8],
    ) -> Running {
        let words: Vec<OsString> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        command.args(&words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        // A process that has ended already reads nothing.
        process.stdin.take().unwrap().write_all(input).ok();
        Running::new(process, words, self.masks.clone())
    }
}

/// A run of `iac` that has not ended.
#[derive(Debug)]
pub(crate) struct Running {
    process: Arc<Mutex<Child>>,
    words: Vec<OsString>,
    masks: Masks,
    stdout: mpsc::Receiver<Vec<u8>>,
    stderr: mpsc::Receiver<Vec<u8>>,
}

impl Running {
    fn new(mut process: Child, words: Vec<OsString>, masks: Masks) -> Self {
        let (stdout, stderr) = (whole(process.stdout.take()), whole(process.stderr.take()));
        Self { process: Arc::new(Mutex::new(process)), words, masks, stdout, stderr }
    }

    /// The process, for whoever may have to kill it.
    pub(crate) fn process(&self) -> Arc<Mutex<Child>> {
        Arc::clone(&self.process)
    }

    /// Sends a signal such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.lock().unwrap().id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success(), "no process {id}");
    }

    /// Sends a signal again and again, as an impatient person does, until the process has ended.
    pub(crate) fn signal_until_it_ends(&self, name: &str) {
        super::until("the process has ended", || {
            let has_ended = self.process.lock().unwrap().try_wait().unwrap().is_some();
            if !has_ended {
                self.signal(name);
            }
            has_ended
        });
    }

    /// Waits for the end.
    #[must_use = "a run that nobody looks at can fail unseen; ask for `ok` or `fails`"]
    pub(crate) fn finish(self) -> Run {
        let ended = |output: &mpsc::Receiver<Vec<u8>>| {
            output.recv_timeout(LONGEST).unwrap_or_else(|_| {
                self.process.lock().unwrap().kill().ok();
                panic!("{:?} has not ended after {LONGEST:?}", self.words);
            })
        };
        let (stdout, stderr) = (ended(&self.stdout), ended(&self.stderr));
        let status = self.process.lock().unwrap().wait().unwrap();
        Run::new(self.words, status, stdout, stderr, self.masks)
    }
}

/// Reads a pipe to its end beside the process, so that it never fills.
fn whole(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.unwrap().read_to_end(&mut bytes).unwrap();
        // Nobody waits any more where the test has failed.
        sender.send(bytes).ok();
    });
    receiver
}
