use crate::builders::now;
use library_shared_domain::IdGenerator;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::{Builder, Uuid};

/// Ids of version 7 that are the same in every run: the first, the second, and so on.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl SequentialIds {
    /// A generator whose next id is the first.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The id that a new generator makes as its `position`th; the first has the position 1.
    #[must_use]
    pub fn nth(position: u64) -> Uuid {
        let start = u64::try_from(now().unix_timestamp()).expect("now is after 1970") * 1_000;
        let mut tail = [0; 10];
        tail[2..].copy_from_slice(&position.to_be_bytes());
        Builder::from_unix_timestamp_millis(start + position, &tail).into_uuid()
    }
}

impl IdGenerator for SequentialIds {
    fn generate(&self) -> Uuid {
        Self::nth(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::SequentialIds;
    use library_shared_domain::IdGenerator;

    #[test]
    fn ids_have_version_7_grow_and_are_known_beforehand() {
        let ids = SequentialIds::new();
        let made: Vec<_> = (0..1_000).map(|_| ids.generate()).collect();
        assert!(made.is_sorted_by(|earlier, later| earlier < later));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert_eq!((made[0], made[999]), (SequentialIds::nth(1), SequentialIds::nth(1_000)));
    }
}
