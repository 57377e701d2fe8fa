//! The pool of sandboxes: a limited number at a time, each forgets everything between cases.

use std::collections::HashMap;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use serde_json::{Value, json};

use super::aws::Aws;
use super::http;
use super::server::{Ready, Server};

/// Each takes some 150 MB of memory, and what uses it some of the processor.
const MOST: usize = 12;

static POOL: LazyLock<Mutex<Pool>> = LazyLock::new(Mutex::default);
static RETURNED: Condvar = Condvar::new();

#[derive(Default)]
struct Pool {
    idle: Vec<Server>,
    /// How many each thread has taken.
    taken: HashMap<ThreadId, usize>,
}

impl Pool {
    /// Whether a thread may take one more. One that has a sandbox never waits for another, or all might.
    fn is_open_to(&self, taker: ThreadId) -> bool {
        self.taken.contains_key(&taker) || self.taken.values().sum::<usize>() < MOST
    }

    fn give_back(&mut self, taker: ThreadId) {
        let count = self.taken.get_mut(&taker).expect("it has taken what it gives back");
        *count -= 1;
        if *count == 0 {
            self.taken.remove(&taker);
        }
    }
}

/// An AWS of a test's own, empty at first, that goes back to the pool when the test ends.
#[derive(Debug)]
pub(crate) struct Sandbox {
    server: Option<Server>,
    taker: ThreadId,
}

impl Sandbox {
    /// Takes a sandbox, or waits until one comes back.
    pub(crate) fn take() -> Self {
        let taker = thread::current().id();
        let is_full = |pool: &mut Pool| !pool.is_open_to(taker);
        let mut pool = RETURNED.wait_while(pool(), is_full).unwrap_or_else(PoisonError::into_inner);
        *pool.taken.entry(taker).or_default() += 1;
        let idle = pool.idle.pop();
        drop(pool);
        // From here on the place in the pool is given back even if the server does not start.
        let mut sandbox = Self { server: None, taker };
        sandbox.server = Some(idle.filter(forgets).unwrap_or_else(Server::sandbox));
        let endpoint = &sandbox.ready().endpoint;
        // moto makes a region, with its default VPC, when it is first asked for something there.
        Aws::new(endpoint).call("DescribeVpcs", &[]);
        for page in ["reset-recording", "start-recording"] {
            http::post(endpoint, &format!("/moto-api/recorder/{page}"), &[], Vec::new());
        }
        sandbox
    }

    /// Where it is.
    pub(crate) fn ready(&self) -> &Ready {
        &self.server.as_ref().expect("it is there until it is dropped").ready
    }

    /// Changes settings of the sandbox, as `sandbox/README.md` lists them.
    pub(crate) fn set(&self, settings: &Value) {
        let json = [("content-type", "application/json")];
        http::post(&self.ready().endpoint, "/sandbox/settings", &json, settings.to_string().into_bytes());
    }

    /// Lets happen at once what takes its time: states pass, and what was not shown yet is shown.
    pub(crate) fn hasten(&self) {
        http::post(&self.ready().endpoint, "/sandbox/hasten", &[], Vec::new());
    }

    /// Makes a user with this policy, and returns the id of his access key; any secret goes with it.
    pub(crate) fn user(&self, policy: &Value) -> String {
        let (json, user) = ([("content-type", "application/json")], json!({"name": "ann", "policies": [policy]}));
        let answer = http::post(&self.ready().endpoint, "/sandbox/users", &json, user.to_string().into_bytes());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["access_key_id"].as_str().unwrap().to_owned()
    }

    /// What its public-address service answers.
    pub(crate) fn public_ip(&self) -> String {
        http::get(&self.ready().endpoint, "/sandbox/public-ip").trim().to_owned()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let mut pool = pool();
        pool.give_back(self.taker);
        if let Some(server) = self.server.take() {
            pool.idle.push(server);
        }
        RETURNED.notify_all();
    }
}

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a server that served another case forget it; one that broke with that case is replaced.
fn forgets(server: &Server) -> bool {
    let request = http::Message::request("POST", "/moto-api/reset", &[], Vec::new());
    http::exchange(&server.ready.endpoint, &request).is_ok_and(|answer| answer.status() == 200)
}
