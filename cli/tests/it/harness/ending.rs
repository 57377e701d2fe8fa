//! A program that a test runs to its end: what it says is read beside it, so one that hangs tells what it has said so far.
//!
//! It stands apart from `Running` because it is any program: a shell, OpenSSH, a script of ours, with what these start.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::waiting::LONGEST;

/// Runs a program to its end, with nothing on its standard input.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null());
    finish(started(command))
}

/// Starts a program that `finish` waits for. A process group of its own: what it has started ends with it, should it hang.
#[track_caller]
pub(crate) fn started(command: &mut Command) -> Child {
    let program = format!("{command:?}");
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).spawn();
    running.unwrap_or_else(|error| panic!("{program}: {error}"))
}

/// Waits for the end of a program that was `started`, and for all that it says.
#[track_caller]
pub(crate) fn finish(process: Child) -> Output {
    within(LONGEST, process).unwrap_or_else(|said| panic!("it has not ended after {LONGEST:?}, and said:\n{said}"))
}

/// The end of a program, or what it has said until the limit, where it is killed with all that it has started.
fn within(limit: Duration, mut process: Child) -> Result<Output, String> {
    let until = Instant::now() + limit;
    let (stdout, stderr) = (Said::read(process.stdout.take()), Said::read(process.stderr.take()));
    if !(stdout.is_over(until) && stderr.is_over(until)) {
        // Whoever still holds a pipe may have outlived the process itself.
        Command::new("kill").args(["-s", "KILL", "--", &format!("-{}", process.id())]).status().unwrap();
        process.wait().unwrap();
        return Err(format!("{}{}", stdout.text(), stderr.text()));
    }
    Ok(Output { status: process.wait().unwrap(), stdout: stdout.bytes(), stderr: stderr.bytes() })
}

/// What has come out of a pipe, and whether it has ended.
struct Said {
    bytes: Arc<Mutex<Vec<u8>>>,
    over: mpsc::Receiver<()>,
}

impl Said {
    fn read(pipe: Option<impl Read + Send + 'static>) -> Self {
        let (bytes, (sender, over)) = (Arc::<Mutex<Vec<u8>>>::default(), mpsc::channel());
        let (shared, mut pipe) = (Arc::clone(&bytes), pipe.expect("whoever starts a program here pipes what it says"));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut buffer) {
                shared.lock().unwrap().extend(&buffer[..length]);
            }
            // Nobody waits any more where the test has failed.
            sender.send(()).ok();
        });
        Self { bytes, over }
    }

    fn is_over(&self, until: Instant) -> bool {
        self.over.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok()
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}

#[test]
fn a_program_that_hangs_tells_what_it_has_said_and_ends_with_what_it_started() {
    let mut command = Command::new("sh");
    // The shell ends; what it has started holds the pipe for ever.
    command.args(["-c", "echo \"begun $$\"; tail -f /dev/null & exit 0"]).stdin(Stdio::null());
    let process = started(&mut command);
    let group = format!("-{}", process.id());
    let said = within(Duration::from_millis(200), process).unwrap_err();
    assert!(said.is_empty() || said == format!("begun {}\n", &group[1..]), "{said}");
    super::until("nothing of it runs", || {
        let asked = Command::new("kill").args(["-s", "0", "--", &group]).stderr(Stdio::null()).status();
        !asked.unwrap().success()
    });
}
