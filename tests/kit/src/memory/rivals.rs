use super::Port;
use crate::locked::locked;
use std::sync::Mutex;

/// What another caller has done to a row since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rival {
    /// Saved a change of its own.
    Changed,
    /// Deleted it.
    Deleted,
}

/// The rivals that a test has asked for.
#[derive(Default)]
pub(super) struct Rivals(Mutex<Vec<(Port, Rival)>>);

impl Rivals {
    pub(super) fn plan(&self, port: Port, rival: Rival) {
        locked(&self.0).push((port, rival));
    }

    /// Who gets ahead of this write of this port, if a test has asked for somebody.
    pub(super) fn take(&self, port: Port) -> Option<Rival> {
        let mut planned = locked(&self.0);
        let next = planned.iter().position(|(of, _)| *of == port)?;
        Some(planned.remove(next).1)
    }
}
