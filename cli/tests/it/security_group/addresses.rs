//! `auto`: whatever the public-address service answers, only one public address lets anybody in.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use super::{CREATE, laptop, with};
use crate::harness::Laptop;

/// Runs `create`, which must change nothing, and returns how it reads.
fn refused(laptop: &Laptop) -> String {
    let _ = laptop.iac(CREATE).fails("address_unknown");
    assert_eq!(laptop.aws().changes(), Vec::<String>::new());
    laptop.iac(with(CREATE, &["--output", "text"])).transcript()
}

#[test]
fn anything_but_one_public_address_is_refused() {
    let laptop = laptop();
    let answers = ["<html>log in to the network</html>", "", "2001:db8::1", "10.1.2.3", "127.0.0.1", "0.0.0.0/0"];
    let causes: Vec<Value> = answers
        .iter()
        .map(|answer| {
            laptop.cloud(&json!({"public_ip": answer}));
            let error = laptop.iac(CREATE).fails("address_unknown").json();
            error["error"]["causes"][0].clone()
        })
        .collect();
    assert_eq!(
        causes,
        [
            "the answer is no address: `<html>log in to the network</html>`",
            "the answer is empty",
            "`2001:db8::1` is an IPv6 address, expected IPv4",
            "`10.1.2.3` is no public address but a private one",
            "`127.0.0.1` is no public address but a loopback one",
            "the answer is no address: `0.0.0.0/0`",
        ]
    );
    insta::assert_snapshot!(refused(&laptop), @"
    $ iac security-group create --output text
    ! error: this machine's public address cannot be found out
    ! caused by: the answer is no address: `0.0.0.0/0`
    ! caused by: asked `http://sandbox/sandbox/public-ip`
    ! hint: set `ssh_from` (or `--ssh-from`) to the networks that may use SSH, such as `203.0.113.0/24`
    (exit status: 1)
    ");
}

#[test]
fn a_service_that_fails_is_named() {
    let laptop = laptop();
    laptop.cloud(&json!({"public_ip_status": 503}));
    insta::assert_snapshot!(refused(&laptop), @"
    $ iac security-group create --output text
    ! error: this machine's public address cannot be found out
    ! caused by: the answer has status 503
    ! caused by: asked `http://sandbox/sandbox/public-ip`
    ! hint: set `ssh_from` (or `--ssh-from`) to the networks that may use SSH, such as `203.0.113.0/24`
    (exit status: 1)
    ");
    laptop.cloud(&json!({"public_ip_status": 404}));
    assert!(refused(&laptop).contains("caused by: the answer has status 404"));
}

#[test]
fn a_service_that_cannot_be_reached_is_named() {
    let mut laptop = laptop();
    laptop.set("BKY_IAC_PUBLIC_IP_URL", "http://127.0.0.1:1/");
    insta::assert_snapshot!(refused(&laptop), @"
    $ iac security-group create --output text
    ! error: this machine's public address cannot be found out
    ! caused by: Connection refused (os error 111)
    ! caused by: asked `http://ADDRESS-1:1/`
    ! hint: set `ssh_from` (or `--ssh-from`) to the networks that may use SSH, such as `203.0.113.0/24`
    (exit status: 1)
    ");
    let _ = laptop.iac(with(CREATE, &["--ssh-from", "203.0.113.0/24"])).ok();
}

/// Serves each connection with the next of these answers, the last one for ever; returns the URL.
fn service<const N: usize>(answers: [&'static str; N]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (number, mut stream) in listener.incoming().map_while(Result::ok).enumerate() {
            // Whoever has read enough closes the connection, and that ends this one.
            let Ok(1..) = stream.read(&mut [0; 4096]) else { continue };
            stream.write_all(answers[number.min(N - 1)].as_bytes()).ok();
        }
    });
    url
}

#[test]
fn a_service_that_fails_is_asked_once_more() {
    let mut laptop = laptop();
    let failure = "HTTP/1.1 503 Slow down\r\nconnection: close\r\n\r\n";
    laptop.set("BKY_IAC_PUBLIC_IP_URL", service([failure, "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n203.0.113.77"]));
    assert_eq!(laptop.iac(CREATE).ok().json()["ingress"][0]["source"], "203.0.113.77/32");
    laptop.set("BKY_IAC_PUBLIC_IP_URL", service([failure, failure, "HTTP/1.1 200 OK\r\n\r\n203.0.113.78"]));
    let _ = laptop.iac(CREATE).fails("address_unknown");
}

#[test]
fn an_answer_that_goes_on_is_not_read_to_its_end() {
    let mut laptop = laptop();
    let endless = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n\
                   11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\
                   11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\
                   11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111";
    laptop.set("BKY_IAC_PUBLIC_IP_URL", service([endless]));
    let error = laptop.iac(CREATE).fails("address_unknown").json();
    assert_eq!(error["error"]["causes"][0], "the answer is longer than 256 bytes");
}

#[test]
fn a_service_that_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut laptop = laptop();
    laptop.set("BKY_IAC_PUBLIC_IP_URL", format!("http://{}/", listener.local_addr().unwrap()));
    let error = laptop.iac(CREATE).fails("address_unknown").json();
    assert_eq!(error["error"]["causes"][0], "no answer in time");
}
