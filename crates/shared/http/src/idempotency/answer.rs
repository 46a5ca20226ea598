use crate::{Problem, entity_tag, problem::ProblemRecord};
use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use library_shared_domain::{MemberId, Revision, idempotency::Receipt};
use serde::{Deserialize, Serialize};

/// Says of an answer that it is one that was given before.
const REPLAYED: (HeaderName, HeaderValue) = (HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));

/// What a command that succeeded is answered with, in a form that can be kept. It must hold no token and nothing else that is secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    /// The JSON itself, so that it is the same to the byte each time.
    body: String,
    #[serde(skip)]
    about: Option<MemberId>,
}

impl Answer {
    /// 200, with this body of JSON.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::new(StatusCode::OK, body)
    }

    /// 201, with this body of JSON.
    #[must_use]
    pub fn created(body: &impl Serialize) -> Self {
        Self::new(StatusCode::CREATED, body)
    }

    fn new(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status: status.as_u16(), headers: Vec::new(), body, about: None }
    }

    /// With this header, such as `Location`.
    #[must_use]
    pub fn with_header(mut self, name: &HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name.as_str().to_owned(), value.into()));
        self
    }

    /// With the tag of this state.
    #[must_use]
    pub fn with_entity_tag(self, revision: &Revision) -> Self {
        self.with_header(&header::ETAG, entity_tag(revision).0.to_string())
    }

    /// Says that it is about this member: what is kept of it goes when they do. Of a caller who is logged in that is known.
    #[must_use]
    pub fn about(self, member_id: MemberId) -> Self {
        Self { about: Some(member_id), ..self }
    }

    /// The response that it is.
    ///
    /// # Errors
    /// Where it is not one that was made here.
    pub(super) fn into_response(self) -> Result<HttpResponse, Problem> {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).map_err(Problem::internal)?);
        for (name, value) in self.headers {
            response.insert_header((name, value));
        }
        Ok(response.content_type("application/json").body(self.body))
    }

    pub(super) fn receipt(self) -> Receipt {
        let member_id = self.about;
        Receipt { outcome: Kept::Answer(self).encode(), member_id }
    }
}

/// An outcome as it is kept. What a release has kept, the next one has to read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Answer(Answer),
    Problem(ProblemRecord),
}

impl Kept {
    fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What is kept of a problem: nothing, unless the same request would meet it again. Who calls, what is missing and what has failed
/// may be another thing by then.
pub(super) fn receipt_of(problem: &Problem) -> Option<Receipt> {
    let is_kept = matches!(problem.status(), StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY);
    is_kept.then(|| Receipt { outcome: Kept::Problem(problem.to_record()).encode(), member_id: None })
}

/// The response of an outcome that was kept.
///
/// # Errors
/// The problem that it is; or 500 where it cannot be read back.
pub(super) fn replay(outcome: &[u8]) -> Result<HttpResponse, Problem> {
    let (name, value) = REPLAYED;
    match serde_json::from_slice(outcome).map_err(Problem::internal)? {
        Kept::Answer(answer) => {
            let mut response = answer.into_response()?;
            response.headers_mut().insert(name, value);
            Ok(response)
        }
        Kept::Problem(record) => Err(Problem::from_record(record)?.with_header(name, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, receipt_of, replay};
    use crate::{FieldError, Problem, RequestId};
    use actix_web::{
        HttpResponse, ResponseError,
        body::to_bytes,
        http::{StatusCode, header},
    };
    use library_shared_domain::{MemberId, idempotency::Receipt};
    use rstest::rstest;
    use serde_json::json;
    use uuid::Uuid;

    async fn shown(response: HttpResponse) -> (u16, Vec<(String, String)>, String) {
        let status = response.status().as_u16();
        let text = |value: &header::HeaderValue| value.to_str().expect("a text").to_owned();
        let mut headers: Vec<_> =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        headers.sort_unstable();
        let body = to_bytes(response.into_body()).await.expect("a body");
        (status, headers, String::from_utf8(body.to_vec()).expect("a text"))
    }

    #[actix_web::test]
    async fn an_answer_is_told_again_to_the_byte_and_says_so() {
        let answer = Answer::created(&json!({"b": 1, "a": "é"})).with_header(&header::LOCATION, "/books/1");
        let (status, mut headers, body) = shown(answer.clone().into_response().expect("a response")).await;
        let again = shown(replay(&answer.receipt().outcome).expect("a response")).await;
        headers.insert(1, ("idempotency-replayed".to_owned(), "true".to_owned()));
        assert_eq!(again, (status, headers, body));
        assert_eq!(status, 201);
    }

    #[actix_web::test]
    async fn what_is_kept_of_an_answer_is_about_the_member_whom_it_names() {
        let member_id = MemberId::from(Uuid::nil());
        assert_eq!(Answer::ok(&json!({})).receipt().member_id, None);
        assert_eq!(Answer::ok(&json!({})).about(member_id).receipt().member_id, Some(member_id));
    }

    #[rstest]
    #[case(Problem::conflict("duplicate-isbn", "Duplicate ISBN", "There is one."))]
    #[case(Problem::unprocessable("already-returned", "Already returned", "It is back."))]
    #[case(Problem::invalid(vec![FieldError { field: "title".into(), detail: "is required".to_owned() }]))]
    #[case(Problem::new(StatusCode::CONFLICT, "No."))]
    #[actix_web::test]
    async fn a_problem_is_told_again_with_the_new_requests_id(#[case] problem: Problem) {
        let id = RequestId::parse("r-2").expect("an id");
        let Receipt { outcome, member_id: None } = receipt_of(&problem).expect("kept") else { panic!("about nobody") };
        let again = replay(&outcome).expect_err("a problem");
        assert_eq!((again.status(), again.to_json(&id, None)), (problem.status(), problem.to_json(&id, None)));
        assert!(again.error_response().headers().contains_key("idempotency-replayed"));
    }

    #[rstest]
    #[case(Problem::new(StatusCode::BAD_REQUEST, "?"))]
    #[case(Problem::unauthorized("who?"))]
    #[case(Problem::forbidden("no"))]
    #[case(Problem::not_found("nothing"))]
    #[case(Problem::internal("broken"))]
    #[case(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "away"))]
    fn a_problem_that_another_attempt_may_not_meet_is_not_kept(#[case] problem: Problem) {
        assert!(receipt_of(&problem).is_none());
    }

    #[test]
    fn what_cannot_be_read_back_is_a_fault_of_ours() {
        for outcome in [&b""[..], b"{}", b"{\"answer\":{\"status\":7,\"headers\":[],\"body\":\"\"}}"] {
            assert_eq!(replay(outcome).expect_err("a problem").status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
}
