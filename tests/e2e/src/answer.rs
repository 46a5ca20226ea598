use crate::{Problem, problem::sorted, times::masked};
use reqwest::{Response, header::HeaderMap};
use serde_json::{Value, json};

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub text: String,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Self { status, headers, text: response.text().await.expect("the answer does not break off") };
        assert!(status < 500, "the server is to blame: {answer:#?}");
        assert!(answer.header("X-Request-Id").is_some(), "it has no request id: {answer:#?}");
        answer
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, which has to be JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The body of an answer that is as hoped for.
    #[must_use]
    #[track_caller]
    pub fn json_of(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        assert_eq!(self.header("Content-Type"), Some("application/json"), "{self:#?}");
        self.json()
    }

    /// It has this status, whatever its body is.
    #[track_caller]
    pub fn assert_status(&self, status: u16) {
        assert_eq!(self.status, status, "{self:#?}");
    }

    /// It has this status and this body, as JSON, in which [`SOME_TIME`](crate::SOME_TIME) stands for any time.
    #[track_caller]
    pub fn assert_is(&self, status: u16, body: &Value) {
        assert_eq!((masked(self.json_of(status), body), self.status), (body.clone(), status));
    }

    /// The tag of the state that it shows.
    #[must_use]
    #[track_caller]
    pub fn etag(&self) -> &str {
        self.header("ETag").unwrap_or_else(|| panic!("it has no ETag: {self:#?}"))
    }

    /// It has this status and no body.
    #[track_caller]
    pub fn assert_is_empty(&self, status: u16) {
        assert_eq!((self.status, self.text.as_str()), (status, ""), "{self:#?}");
    }

    /// It is this error of OAuth's (RFC 6749, section 5.2), whole, and nobody on the way may keep it.
    #[track_caller]
    pub fn assert_oauth_error(&self, error: &str, description: &str) {
        assert_eq!(self.json_of(400), json!({"error": error, "error_description": description}));
        self.assert_is_kept_by_nobody();
        let is_allowed = |letter: char| matches!(letter, ' '..='!' | '#'..='[' | ']'..='~');
        assert!(description.chars().all(is_allowed), "{description}");
    }

    /// Nobody on the way may keep it, be they as old as HTTP/1.0.
    #[track_caller]
    pub fn assert_is_kept_by_nobody(&self) {
        assert_eq!((self.header("Cache-Control"), self.header("Pragma")), (Some("no-store"), Some("no-cache")), "{self:#?}");
    }

    /// It is this problem, whole: status, content type, document, the request id in both places, and who is asked to prove who they
    /// are.
    #[track_caller]
    pub fn assert_problem(&self, problem: &Problem) {
        let mut document = self.json();
        let request_id = document.as_object_mut().and_then(|members| members.remove("request_id"));
        assert_eq!((self.status, sorted(document)), (problem.status(), problem.document()), "{self:#?}");
        assert_eq!(self.header("Content-Type"), Some("application/problem+json"));
        assert_eq!(request_id.as_ref().and_then(Value::as_str), self.header("X-Request-Id"));
        assert_eq!(self.header("WWW-Authenticate"), problem.challenge());
    }
}

/// The target of the link of this relation (RFC 8288), `next` or `prev`, in an answer.
#[must_use]
pub fn link_to(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("Link")?;
    let link = links.split(", ").find(|link| link.ends_with(&format!("; rel=\"{relation}\"")))?;
    Some(link.strip_prefix('<')?.split_once('>')?.0.to_owned())
}
