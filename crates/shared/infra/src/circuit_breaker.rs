use failsafe::{
    Instrument, StateMachine,
    failure_policy::{ConsecutiveFailures, consecutive_failures},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Duration,
};

/// Keeps callers from waiting for what has stopped answering: after some failures in a row calls are turned away at once, for a time
/// that doubles; then one call is let through to see. Clones share their state.
#[derive(Clone)]
pub struct CircuitBreaker {
    name: &'static str,
    machine: StateMachine<ConsecutiveFailures<Doubling>, Observer>,
    observer: Observer,
    is_probed: Arc<AtomicBool>,
}

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BreakerPolicy {
    /// How many failures in a row open it.
    pub failures: u32,
    /// For how long it is open at first; each time that the call that is let through fails as well, for twice as long.
    pub shortest: Duration,
    /// For how long at most.
    pub longest: Duration,
}

/// What a breaker does with calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// It lets them through.
    Closed,
    /// It turns them away.
    Open,
    /// It lets one through, and the others wait for what comes of it.
    HalfOpen,
}

/// The right to make one call. Whoever has it tells what came of the call, or drops it where nothing did.
pub struct Permit<'breaker> {
    breaker: &'breaker CircuitBreaker,
    is_probe: bool,
}

impl CircuitBreaker {
    /// A closed breaker of this name.
    #[must_use]
    pub fn new(name: &'static str, policy: BreakerPolicy) -> Self {
        let observer = Observer { name, state: Arc::new(AtomicU8::new(CLOSED)) };
        let pauses = Doubling { next: policy.shortest, longest: policy.longest };
        let machine = StateMachine::new(consecutive_failures(policy.failures, pauses), observer.clone());
        Self { name, machine, observer, is_probed: Arc::default() }
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it does with calls at this moment.
    #[must_use]
    pub fn state(&self) -> BreakerState {
        match self.observer.state.load(Ordering::SeqCst) {
            CLOSED => BreakerState::Closed,
            OPEN => BreakerState::Open,
            _ => BreakerState::HalfOpen,
        }
    }

    /// Whether a call would be let through at this moment.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.machine.is_call_permitted() && !self.is_probed.load(Ordering::SeqCst)
    }

    /// Asks to make a call; `None` where it is turned away.
    #[must_use]
    pub fn admit(&self) -> Option<Permit<'_>> {
        if !self.machine.is_call_permitted() {
            return None;
        }
        // failsafe lets everybody through who comes before the first has an answer; they would all wait for one that does not come.
        let is_probe = self.state() == BreakerState::HalfOpen;
        if is_probe && self.is_probed.swap(true, Ordering::SeqCst) {
            return None;
        }
        Some(Permit { breaker: self, is_probe })
    }
}

impl Permit<'_> {
    /// The call was answered, or was not.
    pub fn ended(self, was_answered: bool) {
        if was_answered {
            self.succeeded();
        } else {
            self.failed();
        }
    }

    /// The call was answered.
    pub fn succeeded(self) {
        self.breaker.machine.on_success();
        // failsafe tells of its states after it has let go of its lock, so a word of the past may be the last one heard; of a machine
        // that is closed already it would tell nothing any more.
        if self.is_probe {
            self.breaker.observer.on_closed();
        }
    }

    /// The call was not answered.
    pub fn failed(self) {
        self.breaker.machine.on_error();
    }
}

impl Drop for Permit<'_> {
    /// The next one is let through: what came of this call has been told by now, or its caller has left.
    fn drop(&mut self) {
        if self.is_probe {
            self.breaker.is_probed.store(false, Ordering::SeqCst);
        }
    }
}

const CLOSED: u8 = 0;
const OPEN: u8 = 1;
const HALF_OPEN: u8 = 2;

/// Follows the states, and logs the two that an operator should know of.
#[derive(Clone)]
struct Observer {
    name: &'static str,
    state: Arc<AtomicU8>,
}

impl Instrument for Observer {
    fn on_call_rejected(&self) {}

    fn on_open(&self) {
        if self.state.swap(OPEN, Ordering::SeqCst) == CLOSED {
            tracing::warn!(breaker = self.name, "circuit_opened");
        }
    }

    fn on_half_open(&self) {
        self.state.store(HALF_OPEN, Ordering::SeqCst);
    }

    fn on_closed(&self) {
        if self.state.swap(CLOSED, Ordering::SeqCst) != CLOSED {
            tracing::info!(breaker = self.name, "circuit_closed");
        }
    }
}

/// Times that double, up to the longest.
#[derive(Debug, Clone)]
struct Doubling {
    next: Duration,
    longest: Duration,
}

impl Iterator for Doubling {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let current = self.next.min(self.longest);
        self.next = current * 2;
        Some(current)
    }
}

#[cfg(test)]
mod tests {
    use super::{BreakerPolicy, BreakerState, CircuitBreaker, Doubling};
    use failsafe::Instrument;
    use std::time::{Duration, Instant};

    const POLICY: BreakerPolicy =
        BreakerPolicy { failures: 3, shortest: Duration::from_millis(100), longest: Duration::from_millis(200) };

    fn a_breaker() -> CircuitBreaker {
        CircuitBreaker::new("test", POLICY)
    }

    fn fail(breaker: &CircuitBreaker) {
        breaker.admit().expect("let through").failed();
    }

    fn an_open_breaker() -> CircuitBreaker {
        let breaker = a_breaker();
        (0..3).for_each(|_| fail(&breaker));
        breaker
    }

    /// How long it takes until a call is let through.
    fn until_ready(breaker: &CircuitBreaker) -> Duration {
        let started = Instant::now();
        while !breaker.is_ready() {
            assert!(started.elapsed() < Duration::from_secs(10), "it stays open");
            std::thread::sleep(Duration::from_millis(5));
        }
        started.elapsed()
    }

    #[test]
    fn failures_in_a_row_open_it_and_then_calls_are_turned_away() {
        let breaker = a_breaker();
        for _ in 0..4 {
            fail(&breaker);
            fail(&breaker);
            breaker.admit().expect("let through").succeeded();
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
        (0..3).for_each(|_| fail(&breaker));
        assert_eq!((breaker.state(), breaker.is_ready(), breaker.admit().is_none()), (BreakerState::Open, false, true));
    }

    #[test]
    fn after_a_while_one_call_is_let_through_and_its_success_closes_it() {
        let breaker = an_open_breaker();
        assert!(until_ready(&breaker) >= Duration::from_millis(50));
        let probe = breaker.admit().expect("let through");
        assert_eq!((breaker.state(), breaker.is_ready(), breaker.admit().is_none()), (BreakerState::HalfOpen, false, true));
        probe.succeeded();
        assert_eq!((breaker.state(), breaker.is_ready()), (BreakerState::Closed, true));
        // It takes as many failures as before to open it again.
        fail(&breaker);
        fail(&breaker);
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn when_that_call_fails_it_is_open_for_longer() {
        let breaker = an_open_breaker();
        until_ready(&breaker);
        fail(&breaker);
        assert_eq!(breaker.state(), BreakerState::Open);
        assert!(until_ready(&breaker) >= Duration::from_millis(150));
    }

    #[test]
    fn a_call_whose_caller_left_leaves_its_place_to_the_next() {
        let breaker = an_open_breaker();
        until_ready(&breaker);
        drop(breaker.admit().expect("let through"));
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        breaker.admit().expect("the next is let through").succeeded();
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn a_late_word_of_the_past_does_not_keep_it_half_open() {
        let breaker = a_breaker();
        breaker.observer.on_half_open();
        breaker.admit().expect("let through").succeeded();
        assert_eq!((breaker.state(), breaker.is_ready()), (BreakerState::Closed, true));
    }

    #[test]
    fn clones_are_one_breaker() {
        let (breaker, clone) = (a_breaker(), a_breaker().clone());
        (0..3).for_each(|_| fail(&clone.clone()));
        assert_eq!((breaker.state(), clone.state()), (BreakerState::Closed, BreakerState::Open));
    }

    #[test]
    fn the_times_double_up_to_the_longest() {
        let times = Doubling { next: Duration::from_secs(1), longest: Duration::from_secs(5) };
        let seconds: Vec<_> = times.take(5).map(|time| time.as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 5, 5]);
    }
}
