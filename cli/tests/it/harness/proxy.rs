//! What can go wrong between `iac` and AWS: a proxy that counts the calls and breaks, delays or refuses some.
//!
//! A call that only reads and was made before, with nothing changed since, is a poll: it has the number of the first.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::http::{self, Message};
use super::laptop::Running;
use super::request::Request;

/// A proxy in front of one server; it counts from 1.
#[derive(Debug)]
pub(crate) struct Proxy {
    endpoint: String,
    shared: Arc<Shared>,
}

/// Which calls a fault is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    /// The n-th call, and polls that repeat it.
    Number(usize),
    /// Every call of an action.
    Action(&'static str),
    /// The first call of an action, and not its repetition.
    First(&'static str),
}

/// What happens to a call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The process is killed, and AWS never hears of the call.
    KillBefore,
    /// AWS carries the call out, and the process is killed before it hears of it.
    KillAfter,
    /// AWS refuses it with a status, a code and a message.
    Refuse(u16, &'static str, &'static str),
    /// AWS answers something else instead, with this status and body.
    Answer(u16, &'static str),
    /// The connection ends, and AWS never hears of the call.
    DropBefore,
    /// AWS carries the call out, and its answer is lost.
    DropAfter,
    /// AWS carries the call out, and half of its answer arrives.
    HalfAnswer,
    /// AWS carries the call out, and its answer bears this date.
    Dated(&'static str),
    /// AWS never hears of the call, and no answer comes for as long as the caller waits.
    Stall,
    /// AWS carries the call out, and no answer comes for as long as the caller waits.
    StallAfter,
    /// AWS carries the call out, half of its answer arrives, and nothing more for as long as the caller waits.
    StallHalfway,
}

#[derive(Debug)]
struct Shared {
    upstream: String,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Request>,
    /// Where the calls since the last change begin.
    unchanged_since: usize,
    faults: Vec<(When, Fault)>,
    victim: Option<Arc<Mutex<Child>>>,
}

impl Proxy {
    pub(super) fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared { upstream: upstream.to_owned(), state: Mutex::default(), changed: Condvar::new() };
        let shared = Arc::new(shared);
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&serving);
                // A process that was killed or lost its answer closes the connection at any time.
                thread::spawn(move || shared.serve(&stream).ok());
            }
        });
        Self { endpoint, shared }
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Does this to these calls from now on.
    pub(crate) fn fault(&self, when: When, fault: Fault) {
        self.shared.state().faults.push((when, fault));
    }

    /// Names the process that `KillBefore` and `KillAfter` kill.
    pub(crate) fn aim(&self, running: &Running) {
        self.shared.state().victim = Some(running.process());
        self.shared.changed.notify_all();
    }

    /// Waits until this many calls have come.
    pub(crate) fn wait_for(&self, calls: usize) {
        let limit = Duration::from_mins(1);
        let fewer = |state: &mut State| state.calls.len() < calls;
        let waited = self.shared.changed.wait_timeout_while(self.shared.state(), limit, fewer);
        assert!(!waited.unwrap_or_else(PoisonError::into_inner).1.timed_out(), "fewer than {calls} calls came");
    }

    /// Forgets calls and faults.
    pub(crate) fn reset(&self) {
        *self.shared.state() = State::default();
    }

    /// The calls so far, polls counted once.
    pub(crate) fn calls(&self) -> Vec<Request> {
        self.shared.state().calls.clone()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let Some(request) = Message::read(client)? else { return Ok(()) };
        let fault = Request::read(request.field("x-amz-target"), &request.body).and_then(|call| self.count(call));
        match fault {
            None => self.forward(&request).and_then(|answer| send(client, &answer.bytes())),
            Some(fault) => self.break_call(client, &request, &fault),
        }
    }

    /// Gives a call its number and returns what is to happen to it.
    fn count(&self, call: Request) -> Option<Fault> {
        let state = &mut *self.state();
        let action = call.action.clone();
        let before = state.calls[state.unchanged_since..].iter().position(|earlier| *earlier == call);
        let number = match before.filter(|_| call.only_reads()) {
            Some(position) => state.unchanged_since + position + 1,
            None => {
                let changes = !call.only_reads();
                state.calls.push(call);
                self.changed.notify_all();
                if changes {
                    state.unchanged_since = state.calls.len();
                }
                state.calls.len()
            }
        };
        let meant = |when: &When| match when {
            When::Number(wanted) => *wanted == number,
            When::Action(wanted) | When::First(wanted) => *wanted == action,
        };
        let found = state.faults.iter().position(|(when, _)| meant(when))?;
        if matches!(state.faults[found].0, When::First(_)) {
            return Some(state.faults.remove(found).1);
        }
        Some(state.faults[found].1.clone())
    }

    fn forward(&self, request: &Message) -> io::Result<Message> {
        http::exchange(&self.upstream, request)
    }

    fn break_call(&self, client: &TcpStream, request: &Message, fault: &Fault) -> io::Result<()> {
        match fault {
            Fault::KillBefore => self.kill(),
            Fault::KillAfter => {
                self.forward(request)?;
                self.kill();
            }
            Fault::DropBefore => {}
            Fault::Stall => until_gone(client)?,
            Fault::StallAfter => {
                self.forward(request)?;
                until_gone(client)?;
            }
            Fault::Dated(date) => {
                let mut answer = self.forward(request)?;
                answer.fields.retain(|(name, _)| !name.eq_ignore_ascii_case("date"));
                answer.fields.push(("date".to_owned(), (*date).to_owned()));
                send(client, &answer.bytes())?;
            }
            Fault::StallHalfway => {
                send(client, half(&self.forward(request)?.bytes()))?;
                until_gone(client)?;
            }
            Fault::DropAfter => drop(self.forward(request)?),
            Fault::HalfAnswer => send(client, half(&self.forward(request)?.bytes()))?,
            Fault::Refuse(status, code, message) => send(client, &refusal(request, *status, code, message).bytes())?,
            Fault::Answer(status, body) => {
                send(client, &Message::answer(*status, "text/xml", (*body).to_owned()).bytes())?;
            }
        }
        client.shutdown(Shutdown::Both)
    }

    /// Kills the process that was aimed at; it may have been started so recently that nobody has aimed yet.
    fn kill(&self) {
        let limit = Duration::from_secs(10);
        let waited = self.changed.wait_timeout_while(self.state(), limit, |state| state.victim.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let victim = Arc::clone(state.victim.as_ref().expect("a test that kills says whom, with `aim`"));
        drop(state);
        victim.lock().unwrap_or_else(PoisonError::into_inner).kill().unwrap();
    }
}

/// Waits until the caller has gone: nothing more comes from one that waits for an answer but the end of the stream.
fn until_gone(mut client: &TcpStream) -> io::Result<()> {
    client.read(&mut [0]).map(drop)
}

/// The head of an answer and a part of its body.
fn half(answer: &[u8]) -> &[u8] {
    &answer[..answer.len() - answer.len() / 4]
}

fn send(mut client: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    client.write_all(bytes)
}

/// A refusal as the service that was asked writes it.
fn refusal(request: &Message, status: u16, code: &str, message: &str) -> Message {
    let mut answer = if request.field("x-amz-target").is_some() {
        let body = serde_json::json!({"__type": code, "message": message});
        Message::answer(status, "application/x-amz-json-1.1", body.to_string())
    } else {
        let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        let is_sts = request.text().contains("Version=2011-06-15");
        let (before, after) = if is_sts { STS } else { EC2 };
        Message::answer(status, "text/xml", format!("{before}{error}{after}"))
    };
    answer.fields.push(("x-amzn-requestid".to_owned(), "request-1".to_owned()));
    answer
}

/// What stands round the error in EC2's answers, and in those of STS.
const EC2: (&str, &str) = ("<Response><Errors>", "</Errors><RequestID>request-1</RequestID></Response>");
const STS: (&str, &str) = ("<ErrorResponse>", "<RequestId>request-1</RequestId></ErrorResponse>");
