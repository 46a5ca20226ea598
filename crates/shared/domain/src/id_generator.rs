use uuid::Uuid;

/// The port through which new ids come in.
pub trait IdGenerator: Send + Sync {
    /// A new UUID, of version 7 (RFC 9562, section 5.7): ids made later by one generator sort after those made earlier, which
    /// is what lists that show the newest first are ordered by.
    fn generate(&self) -> Uuid;
}
