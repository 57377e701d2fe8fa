//! What OpenSSH's client writes to its log (`ssh -E`), and whether the command on the instance ended as `ssh` says.
//!
//! A status of 0 or 255 proves nothing by itself: a client that was told to go to the background ends with 0, and 255 is
//! both the client's own failure and a status that commands use. Before it ends, the client logs the status that the
//! server sent; only that one is the command's.

/// The value of OpenSSH's option `LogVerbose`: the functions whose messages are logged whatever `LogLevel` says.
///
/// They log the command's status, and why a connection failed: OpenSSH logs `Unable to negotiate` and the like as mere
/// information. A higher `LogLevel` would have the server's banner among what the command writes.
pub const VERBOSE: &str = "clientloop.c:client_loop():*,clientloop.c:client_input_channel_req():*,\
                           clientloop.c:server_alive_check():*,packet.c:sshpkt_vfatal():*,\
                           channels.c:channel_input_open_failure():*";

/// What is said of a command that a signal ended: the server sends no status then.
pub const BY_SIGNAL: &str = "a signal ended the command";

/// A log, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshLog {
    /// The status that the server sent for the command, or -1 where it sent none.
    pub exit: Option<i64>,
    /// What the client has to say, a message a line, without what tells where in its source it was said.
    pub messages: Vec<String>,
}

impl SshLog {
    /// Reads a log that was written with [`VERBOSE`].
    #[must_use]
    pub fn read(log: &str) -> Self {
        let mut read = Self::default();
        for line in log.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match tagged(line) {
                None => read.messages.push(line.to_owned()),
                Some(("client_loop", message)) => {
                    if let Some(status) = message.strip_prefix("Exit status ") {
                        read.exit = status.parse().ok();
                    } else if message.starts_with("Killed by signal") {
                        read.messages.push(message.to_owned());
                    }
                }
                Some(("client_input_channel_req", message)) => {
                    if message.contains(" rtype exit-signal ") {
                        read.messages.push(BY_SIGNAL.to_owned());
                    }
                }
                Some((_, message)) => read.messages.push(message.to_owned()),
            }
        }
        read
    }

    /// Tells whether this status of the client is the one that the command ended with.
    #[must_use]
    pub fn is_of_command(&self, status: u8) -> bool {
        self.exit == Some(status.into())
    }
}

/// Takes a line with a tag apart: `debug1: FILE:FUNCTION():LINE (pid=1): MESSAGE`, the level only where it is a debug one.
///
/// What a server says stands behind words of OpenSSH's own, so no server can write such a line.
fn tagged(line: &str) -> Option<(&str, &str)> {
    let levelled = line.split_once(": ").filter(|(level, _)| level.starts_with("debug"));
    let line = levelled.map_or(line, |(_, rest)| rest);
    let (place, rest) = line.split_once(" (")?;
    let (_, message) = rest.split_once("): ")?;
    let (file, function) = place.split_once(':')?;
    let (function, number) = function.split_once("():")?;
    let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte));
    let is_place = is_name(file) && is_name(function) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_place.then_some((function, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTERED: &str = "debug1: clientloop.c:client_loop():1290 (pid=24652): Entering interactive session.\r\n\
                           debug1: clientloop.c:client_loop():1314 (pid=24652): pledge: proc\r\n";
    const SENT: &str = "clientloop.c:client_loop():1525 (bin=ssh, pid=24652): Transferred: sent 3488, received 3360 bytes, \
                        in 0.4 seconds\r\n";

    fn log(request: &str, status: i64) -> String {
        format!(
            "{ENTERED}debug1: clientloop.c:client_input_channel_req():1821 (pid=2): client_input_channel_req: channel 0 \
             rtype {request} reply 0\r\n{SENT}debug1: clientloop.c:client_loop():1531 (pid=24652): Exit status {status}\r\n"
        )
    }

    #[test]
    fn only_the_status_that_the_server_sent_is_the_command_s() {
        for status in [0, 7, 255] {
            let read = SshLog::read(&log("exit-status", status.into()));
            assert!(read.is_of_command(status) && !read.is_of_command(status ^ 1), "{read:?}");
            assert_eq!(read.messages, [""; 0]);
        }
        // A client that went to the background, and one that never came so far.
        assert!(!SshLog::read(ENTERED).is_of_command(0));
        assert!(!SshLog::read("").is_of_command(255));
        // More than a process can end with.
        assert!(!SshLog::read(&log("exit-status", 256)).is_of_command(0));
    }

    #[test]
    fn a_command_that_a_signal_ended_has_no_status() {
        let read = SshLog::read(&log("exit-signal", -1));
        assert!(!read.is_of_command(255));
        assert_eq!(read.messages, [BY_SIGNAL]);
    }

    #[test]
    fn openssh_s_words_are_told_without_their_place_in_its_source() {
        let said = "kex_exchange_identification: Connection closed by remote host\r\n\
            packet.c:sshpkt_vfatal():1931 (pid=25024): Unable to negotiate with 127.0.0.2 port 22: no matching cipher \
            found. Their offer: aes128-ctr\r\n\
            channels.c:channel_input_open_failure():3400 (bin=ssh, pid=1): channel 0: open failed: administratively \
            prohibited: open failed\r\n\
            clientloop.c:client_loop():1480 (pid=1): Killed by signal 15.\r\n";
        assert_eq!(
            SshLog::read(said).messages,
            [
                "kex_exchange_identification: Connection closed by remote host",
                "Unable to negotiate with 127.0.0.2 port 22: no matching cipher found. Their offer: aes128-ctr",
                "channel 0: open failed: administratively prohibited: open failed",
                "Killed by signal 15.",
            ]
        );
    }

    #[test]
    fn no_server_can_write_a_line_of_ours() {
        let forged =
            "Received disconnect from 127.0.0.2 port 22:2: clientloop.c:client_loop():1 (pid=1): Exit status 0";
        let read = SshLog::read(forged);
        assert_eq!((read.exit, read.messages.as_slice()), (None, &[forged.to_owned()][..]));
    }
}
