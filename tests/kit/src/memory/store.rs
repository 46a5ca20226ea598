use super::{Port, Rival, outage::Outage, rivals::Rivals, state::State};
use crate::locked::locked;
use library_shared_domain::DependencyError;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard},
    time::timeout,
};

/// For how long a writer waits for another one: the busy timeout of a real store.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What the adapters read and write: the committed state or, within a unit of work, the unit's own copy.
#[derive(Clone, Default)]
pub(super) struct Store {
    shared: Arc<Shared>,
    unit: Option<Arc<WorkingCopy>>,
}

#[derive(Default)]
struct Shared {
    committed: Mutex<State>,
    /// Held by whoever writes: by a unit from its beginning to its end, so that no write gets lost when the unit's copy takes
    /// the place of the committed state.
    writer: Arc<AsyncMutex<()>>,
    outage: Outage,
    rivals: Rivals,
}

/// The state that a unit works on; `None` once the unit is finished.
type WorkingCopy = Mutex<Option<State>>;

impl Store {
    pub(super) fn outage(&self) -> &Outage {
        &self.shared.outage
    }

    pub(super) fn rivals(&self) -> &Rivals {
        &self.shared.rivals
    }

    /// Lets the rival that a test has asked for, if any, get ahead of a write of this port: what they do is committed, and seen
    /// within the unit.
    pub(super) fn let_rival_ahead(&self, port: Port, act: impl Fn(&mut State, Rival)) {
        let Some(rival) = self.rivals().take(port) else { return };
        act(&mut locked(&self.shared.committed), rival);
        if let Some(unit) = &self.unit
            && let Some(state) = locked(unit).as_mut()
        {
            act(state, rival);
        }
    }

    /// Looks something up.
    pub(super) fn read<T>(&self, port: Port, look: impl FnOnce(&State) -> T) -> Result<T, DependencyError> {
        self.outage().check(port)?;
        match &self.unit {
            Some(unit) => locked(unit).as_ref().map(look).ok_or_else(finished),
            None => Ok(look(&locked(&self.shared.committed))),
        }
    }

    /// Makes a change, which must leave the state as it was where it fails.
    pub(super) async fn write<T, E: From<DependencyError>>(
        &self,
        port: Port,
        change: impl FnOnce(&mut State) -> Result<T, E> + Send,
    ) -> Result<T, E> {
        self.outage().check(port)?;
        if let Some(unit) = &self.unit {
            return change(locked(unit).as_mut().ok_or_else(finished)?);
        }
        let _writer = self.lock_for_writing().await?;
        change(&mut locked(&self.shared.committed))
    }

    /// Begins a transaction: the only writer until it is dropped.
    pub(super) async fn begin(&self) -> Result<OpenTransaction, DependencyError> {
        self.outage().check(Port::Begin)?;
        let writer = self.lock_for_writing().await?;
        let copy = locked(&self.shared.committed).clone();
        let unit = Arc::new(Mutex::new(Some(copy)));
        Ok(OpenTransaction { shared: Arc::clone(&self.shared), unit, _writer: writer })
    }

    async fn lock_for_writing(&self) -> Result<OwnedMutexGuard<()>, DependencyError> {
        timeout(LONGEST_WAIT, Arc::clone(&self.shared.writer).lock_owned())
            .await
            .map_err(|elapsed| DependencyError::unavailable("database", elapsed))
    }
}

/// A transaction on the store; dropped without a commit, it is rolled back.
pub(super) struct OpenTransaction {
    shared: Arc<Shared>,
    unit: Arc<WorkingCopy>,
    _writer: OwnedMutexGuard<()>,
}

impl OpenTransaction {
    /// The store as it is seen from within.
    pub(super) fn store(&self) -> Store {
        Store { shared: Arc::clone(&self.shared), unit: Some(Arc::clone(&self.unit)) }
    }

    pub(super) fn commit(&self) -> Result<(), DependencyError> {
        self.shared.outage.check(Port::Commit)?;
        let changed = locked(&self.unit).take().ok_or_else(finished)?;
        *locked(&self.shared.committed) = changed;
        Ok(())
    }
}

impl Drop for OpenTransaction {
    /// Handles that outlive the unit find it finished. The lock is let go only after this.
    fn drop(&mut self) {
        locked(&self.unit).take();
    }
}

fn finished() -> DependencyError {
    DependencyError::failed("database", "the unit of work is finished")
}
