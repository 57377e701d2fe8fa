//! What the proxy does to which calls.

/// Which calls a fault is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    /// The n-th call, and polls that repeat it.
    Number(usize),
    /// Every call of an action.
    Action(&'static str),
    /// The first call of an action, and not its repetition.
    First(&'static str),
    /// Every call once: whoever makes it again gets through.
    EachOnce,
    /// The n-th call of an action, and every repetition of it.
    Nth(String, usize),
}

/// What happens to a call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The process is killed, and AWS never hears of the call.
    KillBefore,
    /// AWS carries the call out, and the process is killed before it hears of it.
    KillAfter,
    /// The process gets a signal, such as `INT`, before AWS hears of the call, and all goes on; it comes once.
    Signal(&'static str),
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
