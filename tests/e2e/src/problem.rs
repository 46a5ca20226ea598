use serde_json::{Value, json};

/// The problem details (RFC 9457) that a test expects, but for the request's id.
#[derive(Debug, Clone)]
pub struct Problem {
    status: u16,
    document: Value,
    challenge: Option<&'static str>,
}

impl Problem {
    /// One that its status says enough of.
    ///
    /// # Panics
    /// When there is no such status.
    #[must_use]
    pub fn plain(status: u16, detail: &str) -> Self {
        let code = reqwest::StatusCode::from_u16(status).expect("a status");
        let title = code.canonical_reason().expect("a status that has a name");
        Self::new("about:blank", title, status, detail)
    }

    /// One that a client can tell from others of its status.
    #[must_use]
    pub fn named(status: u16, name: &str, title: &str, detail: &str) -> Self {
        Self::new(&format!("tag:library.example,2026:{name}"), title, status, detail)
    }

    /// 422 for these fields, and no others, in whatever order: name and rule.
    #[must_use]
    pub fn of_fields(errors: &[(&str, &str)]) -> Self {
        let mut problem = Self::named(422, "invalid-fields", "Invalid fields", "Some fields cannot be accepted; see `errors`.");
        let errors: Vec<_> = errors.iter().map(|(field, detail)| json!({"field": field, "detail": detail})).collect();
        problem.document["errors"] = errors.into();
        problem
    }

    /// 401 for an access token that is missing.
    #[must_use]
    pub fn no_access_token() -> Self {
        Self::plain(401, "An access token is needed: `Authorization: Bearer …`.")
    }

    /// 401 for an access token that is not good.
    #[must_use]
    pub fn bad_access_token() -> Self {
        let problem = Self::plain(401, "The access token is not valid, or no longer.");
        Self { challenge: Some("Bearer error=\"invalid_token\""), ..problem }
    }

    /// 403 for a member whose address is not verified.
    #[must_use]
    pub fn not_verified() -> Self {
        Self::plain(403, "Your email address has yet to be verified.")
    }

    /// 404 for an id that nothing has: `book`, `member`, `loan` or `session`.
    #[must_use]
    pub fn nothing_of_this_id(what: &str) -> Self {
        Self::plain(404, &format!("There is no {what} of this id."))
    }

    /// 412 for a resource that is in another state than the client expects.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::plain(412, "It has changed: its ETag is none of those that If-Match names.")
    }

    fn new(kind: &str, title: &str, status: u16, detail: &str) -> Self {
        let document = json!({"type": kind, "title": title, "status": status, "detail": detail});
        Self { status, document, challenge: (status == 401).then_some("Bearer") }
    }

    /// How the client is asked to prove who calls.
    pub(crate) const fn challenge(&self) -> Option<&'static str> {
        self.challenge
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }

    /// The document, the fields in order.
    pub(crate) fn document(&self) -> Value {
        sorted(self.document.clone())
    }
}

/// A problem's document with its fields in order.
pub fn sorted(mut document: Value) -> Value {
    if let Some(errors) = document.get_mut("errors").and_then(Value::as_array_mut) {
        errors.sort_by_key(ToString::to_string);
    }
    document
}
