use deadpool_redis::redis::Script;

/// A script that Redis runs as one atomic step.
pub struct RedisScript(pub(super) Script);

impl RedisScript {
    /// The script of this Lua code, which has one key and takes and gives whole numbers.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self(Script::new(code))
    }
}
