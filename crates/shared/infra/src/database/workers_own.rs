use crate::measure::{MeasuredPool, PoolUsage};
use deadpool::managed::{Manager, Pool};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

/// Pools of connections that are each a worker's own. They are made on the thread of their worker, used there alone, and end with it.
///
/// A connection that is used on the thread that serves it costs a statement no change of threads.
pub struct WorkersOwn<M: Manager> {
    here: Option<(ThreadId, MeasuredPool<M>)>,
    all: Arc<Mutex<Vec<MeasuredPool<M>>>>,
}

impl<M: Manager> WorkersOwn<M> {
    /// The pool of the worker whose thread this is.
    pub fn here(&self) -> Option<&MeasuredPool<M>> {
        self.here.as_ref().filter(|(thread, _)| *thread == thread::current().id()).map(|(_, pool)| pool)
    }

    /// Gives the worker whose thread this is a pool of its own.
    pub fn add_here(&mut self, name: &'static str, pool: Pool<M>) {
        let mut all = self.all();
        let pool = match all.as_slice() {
            [first, ..] => first.beside(pool),
            [] => MeasuredPool::new(name, pool),
        };
        all.push(pool.clone());
        drop(all);
        self.here = Some((thread::current().id(), pool));
    }

    /// How those of all workers are used together; `None` where no worker has any.
    pub fn usage(&self) -> Option<PoolUsage> {
        self.all().iter().map(MeasuredPool::usage).reduce(|sum, one| sum.and(&one))
    }

    fn all(&self) -> MutexGuard<'_, Vec<MeasuredPool<M>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Manager> Default for WorkersOwn<M> {
    fn default() -> Self {
        Self { here: None, all: Arc::default() }
    }
}

impl<M: Manager> Clone for WorkersOwn<M> {
    fn clone(&self) -> Self {
        Self { here: self.here.clone(), all: Arc::clone(&self.all) }
    }
}
