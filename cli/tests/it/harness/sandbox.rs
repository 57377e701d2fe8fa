//! The pool of sandboxes: at most eight at a time, each forgets everything between cases.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::aws::Aws;
use super::http;
use super::server::{Ready, Server};

/// Two tests at a time, each with as many stages as wait for time-outs side by side.
const MOST: usize = 8;

static POOL: Mutex<Pool> = Mutex::new(Pool { idle: Vec::new(), taken: 0 });
static RETURNED: Condvar = Condvar::new();

struct Pool {
    idle: Vec<Server>,
    taken: usize,
}

/// An AWS of a test's own, empty at first, that goes back to the pool when the test ends.
#[derive(Debug)]
pub(crate) struct Sandbox {
    server: Option<Server>,
}

impl Sandbox {
    /// Takes a sandbox, or waits until one comes back.
    pub(crate) fn take() -> Self {
        let mut pool = RETURNED.wait_while(pool(), |pool| pool.taken == MOST).unwrap_or_else(PoisonError::into_inner);
        pool.taken += 1;
        let idle = pool.idle.pop();
        drop(pool);
        // From here on the place in the pool is given back even if the server does not start.
        let mut sandbox = Self { server: None };
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
        pool.taken -= 1;
        if let Some(server) = self.server.take() {
            pool.idle.push(server);
        }
        RETURNED.notify_one();
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
