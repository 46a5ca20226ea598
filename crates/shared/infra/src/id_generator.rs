use library_shared_domain::IdGenerator;
use uuid::Uuid;

/// Makes UUIDs of version 7, each greater than the one that this process made before it.
#[derive(Debug, Clone, Copy, Default)]
pub struct UuidV7Generator;

impl IdGenerator for UuidV7Generator {
    #[expect(clippy::disallowed_methods, reason = "this adapter is the one place that makes ids")]
    fn generate(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::UuidV7Generator;
    use library_shared_domain::IdGenerator;

    #[test]
    fn ids_made_later_sort_later() {
        let ids: Vec<_> = (0..1_000).map(|_| UuidV7Generator.generate()).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids[0].get_version_num(), 7);
    }
}
