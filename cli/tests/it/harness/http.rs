//! The little HTTP/1.1 that tests need: one request a connection, bodies with a length.
//!
//! It stands here and not in a library because the proxy must see and break what lies below a client's face, and
//! because a library's features could compile the SDK a second time.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use super::waiting::LONGEST;

/// A request or an answer: its first line, its header fields and its body.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) first_line: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Makes a request.
    pub(crate) fn request(method: &str, path: &str, fields: &[(&str, &str)], body: Vec<u8>) -> Self {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { first_line: format!("{method} {path} HTTP/1.1"), fields, body }
    }

    /// Makes an answer.
    pub(crate) fn answer(status: u16, kind: &str, body: String) -> Self {
        let fields = vec![("content-type".to_owned(), kind.to_owned())];
        Self { first_line: format!("HTTP/1.1 {status} Answer"), fields, body: body.into_bytes() }
    }

    /// Reads a message whose body has a length; `None` where the other side has closed instead of sending one.
    pub(crate) fn read(stream: impl Read) -> io::Result<Option<Self>> {
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut lines = lines.into_iter();
        let first_line = lines.next().unwrap_or_default();
        let field = |line: String| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().into()));
        let mut message = Self { first_line, fields: lines.filter_map(field).collect(), body: Vec::new() };
        let length = message.field("content-length").map_or(0, |length| length.parse().unwrap());
        assert_eq!(message.field("transfer-encoding"), None, "a body without a length: {message:?}");
        message.body.resize(length, 0);
        reader.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    /// The value of a header field, by its name in lower case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.first_line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The message as it goes over the wire; the connection ends after it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let hop = ["connection", "keep-alive", "content-length"];
        let mut head = format!("{}\r\nconnection: close\r\ncontent-length: {}\r\n", self.first_line, self.body.len());
        for (name, value) in self.fields.iter().filter(|(name, _)| !hop.contains(&name.as_str())) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// Sends a request to `http://HOST:PORT` and returns the answer.
pub(crate) fn exchange(endpoint: &str, request: &Message) -> io::Result<Message> {
    let mut request = request.clone();
    if request.field("host").is_none() {
        request.fields.push(("host".to_owned(), host(endpoint).to_owned()));
    }
    let mut stream = TcpStream::connect(host(endpoint))?;
    stream.set_read_timeout(Some(LONGEST))?;
    stream.write_all(&request.bytes())?;
    Message::read(&stream)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
}

/// Gets a page of a server; anything but success is a failure of the test.
pub(crate) fn get(endpoint: &str, path: &str) -> String {
    ask(endpoint, "GET", path, &[], Vec::new())
}

/// Posts to a page of a server; anything but success is a failure of the test.
pub(crate) fn post(endpoint: &str, path: &str, fields: &[(&str, &str)], body: Vec<u8>) -> String {
    ask(endpoint, "POST", path, fields, body)
}

fn ask(endpoint: &str, method: &str, path: &str, fields: &[(&str, &str)], body: Vec<u8>) -> String {
    let request = Message::request(method, path, fields, body);
    let answer = exchange(endpoint, &request).unwrap_or_else(|error| panic!("{method} {endpoint}{path}: {error}"));
    assert_eq!(answer.status(), 200, "{method} {endpoint}{path}: {}", answer.text());
    answer.text()
}

fn host(endpoint: &str) -> &str {
    endpoint.strip_prefix("http://").unwrap().trim_end_matches('/')
}
