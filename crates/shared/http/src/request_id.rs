use serde::Serialize;
use std::fmt;
use uuid::Uuid;

/// The id that a request is found by in the log. It is the client's own, from `X-Request-Id`, where that is sane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestId(String);

impl RequestId {
    /// The most characters.
    const MAXIMUM_LENGTH: usize = 128;

    /// The client's id, where it is sane: letters, digits, `-`, `_`, `.` and `:`, 128 at most.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_sane = !text.is_empty()
            && text.len() <= Self::MAXIMUM_LENGTH
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
        is_sane.then(|| Self(text.to_owned()))
    }

    /// An id of our own.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a request's id is no id of the domain's and decides nothing")]
    pub fn generate() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn only_a_sane_id_is_taken_over() {
        for sane in ["a", "01890a5d-ac96-774b-bcce-b302099a8057", "svc_1:req.2"] {
            assert_eq!(RequestId::parse(sane).map(|id| id.to_string()).as_deref(), Some(sane));
        }
        for insane in ["", "a b", "a\nb", "é", "<script>", &"x".repeat(129)] {
            assert_eq!(RequestId::parse(insane), None, "{insane:?}");
        }
    }
}
