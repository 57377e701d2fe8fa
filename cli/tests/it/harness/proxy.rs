//! What can go wrong between `iac` and AWS: a proxy that counts the calls and breaks, holds or refuses some.
//!
//! A call that only reads and was made before, with nothing changed since, is a poll: it has the number of the first.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::http::{self, Message};
use super::laptop::Running;
use super::request::Request;
use super::waiting::LONGEST;

mod fault;
mod rest;
mod rounds;

pub(crate) use fault::{Fault, When};
use rounds::{Rounds, Unread};

/// A proxy in front of one server; it counts from 1.
#[derive(Debug)]
pub(crate) struct Proxy {
    endpoint: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    endpoint: String,
    upstream: String,
    state: Mutex<State>,
    changed: Condvar,
    rounds: Arc<Rounds>,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Request>,
    /// Where the calls since the last change begin.
    unchanged_since: usize,
    faults: Vec<(When, Fault)>,
    /// How many calls a fault has struck.
    struck: usize,
    victim: Option<Arc<Mutex<Child>>>,
}

impl Proxy {
    pub(super) fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shared = Shared {
            endpoint: endpoint.clone(),
            upstream: upstream.to_owned(),
            state: Mutex::default(),
            changed: Condvar::new(),
            rounds: Arc::default(),
        };
        let shared = Arc::new(shared);
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, unread) = (Arc::clone(&serving), Rounds::comes(&serving.rounds));
                // A process that was killed or lost its answer closes the connection at any time.
                thread::spawn(move || shared.serve(&stream, unread).ok());
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

    /// Holds the calls of the process that is aimed at until it can make no more of them, then lets all through: a round.
    pub(crate) fn hold(&self) {
        self.shared.rounds.hold();
    }

    /// The actions of each round so far, in the order of their names.
    pub(crate) fn rounds(&self) -> Vec<Vec<String>> {
        self.shared.rounds.released()
    }

    /// How many calls a fault has struck.
    pub(crate) fn struck(&self) -> usize {
        self.shared.state().struck
    }

    /// Names the process that is killed or signalled, or whose calls are held.
    pub(crate) fn aim(&self, running: &Running) {
        self.shared.state().victim = Some(running.process());
        self.shared.changed.notify_all();
    }

    /// Waits until this many calls have come.
    pub(crate) fn wait_for(&self, calls: usize) {
        let fewer = |state: &mut State| state.calls.len() < calls;
        let waited = self.shared.changed.wait_timeout_while(self.shared.state(), LONGEST, fewer);
        assert!(!waited.unwrap_or_else(PoisonError::into_inner).1.timed_out(), "fewer than {calls} calls came");
    }

    /// Waits until a fault has struck a call.
    pub(crate) fn wait_until_struck(&self) {
        let spared = |state: &mut State| state.struck == 0;
        let waited = self.shared.changed.wait_timeout_while(self.shared.state(), LONGEST, spared);
        assert!(!waited.unwrap_or_else(PoisonError::into_inner).1.timed_out(), "no fault has struck");
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

impl State {
    /// The call's number, and whether the call was never made before. A poll has the number of the first.
    fn number(&mut self, call: Request) -> (usize, bool) {
        let is_new = !self.calls.contains(&call);
        let only_reads = call.only_reads();
        let before = self.calls[self.unchanged_since..].iter().position(|earlier| *earlier == call);
        if let Some(position) = before.filter(|_| only_reads) {
            return (self.unchanged_since + position + 1, is_new);
        }
        self.calls.push(call);
        if !only_reads {
            self.unchanged_since = self.calls.len();
        }
        (self.calls.len(), is_new)
    }

    fn fault(&mut self, call: &Request, number: usize, is_new: bool) -> Option<Fault> {
        let nth = |action: &str, nth: usize| {
            let mut of_action = self.calls.iter().filter(|earlier| earlier.action == action);
            of_action.nth(nth - 1) == Some(call)
        };
        let meant = |when: &When| match when {
            When::Number(wanted) => *wanted == number,
            When::Action(wanted) | When::First(wanted) => *wanted == call.action,
            When::EachOnce => is_new,
            When::Nth(action, wanted) => nth(action, *wanted),
        };
        let found = self.faults.iter().position(|(when, _)| meant(when))?;
        if let (When::First(_), _) | (_, Fault::Signal(_)) = self.faults[found] {
            return Some(self.faults.remove(found).1);
        }
        Some(self.faults[found].1.clone())
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, client: &TcpStream, unread: Unread) -> io::Result<()> {
        client.set_nodelay(true)?;
        let Some(request) = Message::read(client)? else { return Ok(()) };
        let call = Request::read(&request);
        let _under_way = call.as_ref().map(|call| match call.get("NextToken") {
            None => self.rounds.pass(&call.action, unread, &self.endpoint, || self.victim_id()),
            Some(_) => self.rounds.go_on(unread),
        });
        let fault = call.as_ref().and_then(|call| self.count(call));
        match fault {
            None => self.forward(&request).and_then(|answer| send(client, &answer.bytes())),
            Some(fault) => self.break_call(client, &request, &fault),
        }
    }

    /// Gives a call its number and returns what is to happen to it.
    fn count(&self, call: &Request) -> Option<Fault> {
        let state = &mut *self.state();
        let (number, is_new) = state.number(call.clone());
        let fault = state.fault(call, number, is_new);
        state.struck += usize::from(fault.is_some());
        self.changed.notify_all();
        fault
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
            Fault::Signal(name) => {
                self.signal(name);
                send(client, &self.forward(request)?.bytes())?;
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

    fn kill(&self) {
        self.victim().lock().unwrap_or_else(PoisonError::into_inner).kill().unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.victim_id().to_string();
        // It may have ended of itself.
        Command::new("kill").args(["-s", name, &id]).status().unwrap();
    }

    fn victim_id(&self) -> u32 {
        self.victim().lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    /// The process that was aimed at; it may have been started so recently that nobody has aimed yet.
    fn victim(&self) -> Arc<Mutex<Child>> {
        let waited = self.changed.wait_timeout_while(self.state(), LONGEST, |state| state.victim.is_none());
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Arc::clone(state.victim.as_ref().expect("a test that kills, signals or holds says whom, with `aim`"))
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
        let is_ec2 = request.text().contains("Version=2016-11-15");
        let (before, after) = if is_ec2 { EC2 } else { OTHERS };
        Message::answer(status, "text/xml", format!("{before}{error}{after}"))
    };
    answer.fields.push(("x-amzn-requestid".to_owned(), "request-1".to_owned()));
    answer
}

/// What stands round the error in EC2's answers, and in those of STS and Route 53.
const EC2: (&str, &str) = ("<Response><Errors>", "</Errors><RequestID>request-1</RequestID></Response>");
const OTHERS: (&str, &str) = ("<ErrorResponse>", "<RequestId>request-1</RequestId></ErrorResponse>");
