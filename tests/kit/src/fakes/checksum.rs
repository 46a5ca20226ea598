use std::hash::{DefaultHasher, Hash, Hasher};

/// Appends a checksum, so that a text that was changed is recognised. It keeps nobody from forging one.
pub(super) fn sealed(content: &str) -> String {
    format!("{content}.{:016x}", checksum(content))
}

/// The content of a sealed text, unless the text was changed.
pub(super) fn unsealed(text: &str) -> Option<&str> {
    text.rsplit_once('.').map(|(content, _)| content).filter(|content| sealed(content) == text)
}

/// The same number for the same value, in every process.
pub(super) fn checksum(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
