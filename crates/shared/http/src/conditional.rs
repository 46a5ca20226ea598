use crate::{
    Problem,
    entity_tag::{EntityTag, EntityTags},
    openapi::{any_text, parameter},
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, ETag},
    },
};
use library_shared_domain::{ExpectedVersion, Revision};
use serde::Serialize;
use std::future::{Ready, ready};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

/// What the headers of conditions look like (RFC 9110, sections 8.8.3, 13.1.1 and 13.1.2).
const TAGS: &str = r#"^(\*|((W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)?)$"#;

/// Which versions the header `If-Match` lets a request change (RFC 9110, section 13.1.1): every one where it is missing. Weak tags
/// never match.
#[derive(Debug, Clone)]
pub struct IfMatch(pub ExpectedVersion);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if request.headers().contains_key(header::IF_NONE_MATCH) {
            // To pass it over would be to change what the client wants to see unchanged.
            let detail = "The header `If-None-Match` is judged on GET and HEAD alone.";
            return ready(Err(Problem::new(StatusCode::BAD_REQUEST, detail)));
        }
        ready(tags(request, "If-Match").map(|tags| match tags {
            None | Some(EntityTags::Any) => Self(ExpectedVersion::Any),
            Some(EntityTags::Listed(tags)) => {
                Self(ExpectedVersion::OneOf(tags.iter().filter_map(EntityTag::strong_version).collect()))
            }
        }))
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description =
            "The tags of the states that the request may change, or `*` for any: in another state it is answered with 412.";
        vec![tags_parameter("If-Match", description)]
    }
}

/// What [`entity`] takes from a request, for the document of the API.
#[derive(Debug, Clone, Copy)]
pub struct IfNoneMatch;

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let description = "The tags of the states that the client has: in one of them, the answer is 304, without a body.";
        vec![tags_parameter("If-None-Match", description)]
    }
}

fn tags_parameter(name: &str, description: &str) -> Parameter {
    let schema = any_text().pattern(Some(TAGS)).examples(["\"1\""]);
    parameter(ParameterIn::Header, name, description, schema)
}

/// The header that tells the state of a resource. It is strong: a response that has it must not be compressed on its way.
#[must_use]
pub fn entity_tag(revision: &Revision) -> ETag {
    ETag(header::EntityTag::new_strong(revision.version.number().to_string()))
}

/// Answers GET and HEAD with a resource in this state and its tag: 200 with the body, or 304 without, where the client says by
/// `If-None-Match` (RFC 9110, section 13.1.2) that it has this state already.
///
/// # Errors
/// 400 where the header is malformed.
pub fn entity(request: &HttpRequest, revision: &Revision, body: impl Serialize) -> Result<HttpResponse, Problem> {
    let is_known = tags(request, "If-None-Match")?.is_some_and(|tags| tags.contain_weakly(revision.version));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(entity_tag(revision));
    Ok(if is_known { response.finish() } else { response.json(body) })
}

/// What a conditional header lists; `None` where there is no such header.
fn tags(request: &HttpRequest, name: &str) -> Result<Option<EntityTags>, Problem> {
    let mut lines = request.headers().get_all(name).map(header::HeaderValue::as_bytes).peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    EntityTags::parse_lines(lines).map(Some).ok_or_else(|| {
        let detail = format!("The header `{name}` must be `*` or a list of entity tags, such as `\"1\"`.");
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::{IfMatch, entity};
    use crate::Problem;
    use actix_web::{FromRequest, HttpResponse, body::to_bytes, dev::Payload, http::header, test::TestRequest};
    use library_shared_domain::{ExpectedVersion, Revision, Version};
    use rstest::rstest;
    use time::OffsetDateTime;

    async fn expected(lines: &[&'static str]) -> Result<ExpectedVersion, Problem> {
        let request = lines.iter().fold(TestRequest::put(), |request, line| request.append_header((header::IF_MATCH, *line)));
        IfMatch::from_request(&request.to_http_request(), &mut Payload::None).await.map(|IfMatch(expected)| expected)
    }

    fn one_of<const COUNT: usize>(numbers: [i64; COUNT]) -> ExpectedVersion {
        ExpectedVersion::OneOf(numbers.map(Version::from_number).to_vec())
    }

    #[rstest]
    #[case::none(&[], ExpectedVersion::Any)]
    #[case::any(&["*"], ExpectedVersion::Any)]
    #[case::one(&["\"3\""], one_of([3]))]
    #[case::several(&["\"3\", \"4\"", "\"5\""], one_of([3, 4, 5]))]
    #[case::weak(&["W/\"3\""], one_of([]))]
    #[case::none_of_ours(&["\"x\", \"3\""], one_of([3]))]
    #[case::empty(&[""], one_of([]))]
    #[actix_web::test]
    async fn a_change_is_let_happen_in_the_versions_of_the_strong_tags(
        #[case] lines: &[&'static str],
        #[case] versions: ExpectedVersion,
    ) {
        assert_eq!(expected(lines).await.expect("read"), versions);
    }

    #[actix_web::test]
    async fn a_malformed_header_is_a_400_that_names_it() {
        let problem = expected(&["3"]).await.expect_err("refused");
        assert_eq!(problem.status().as_u16(), 400);
        assert_eq!(problem.detail(), "The header `If-Match` must be `*` or a list of entity tags, such as `\"1\"`.");
        let problem = shown(Some("3")).expect_err("refused");
        assert_eq!(problem.status().as_u16(), 400);
        assert_eq!(problem.detail(), "The header `If-None-Match` must be `*` or a list of entity tags, such as `\"1\"`.");
    }

    fn shown(if_none_match: Option<&'static str>) -> Result<HttpResponse, Problem> {
        let request =
            if_none_match.map_or_else(TestRequest::get, |value| TestRequest::get().insert_header(("if-none-match", value)));
        let revision = Revision { version: Version::from_number(3), ..Revision::first(OffsetDateTime::UNIX_EPOCH) };
        entity(&request.to_http_request(), &revision, "a book")
    }

    #[rstest]
    #[case::not_asked(None, 200)]
    #[case::known(Some("\"3\""), 304)]
    #[case::known_weakly(Some("W/\"3\""), 304)]
    #[case::among_others(Some("\"1\", \"3\""), 304)]
    #[case::whatever_it_is(Some("*"), 304)]
    #[case::another(Some("\"2\""), 200)]
    #[case::nothing(Some(""), 200)]
    #[actix_web::test]
    async fn who_has_this_state_is_not_sent_it_again(#[case] if_none_match: Option<&'static str>, #[case] status: u16) {
        let response = shown(if_none_match).expect("answered");
        let tag = response.headers().get(header::ETAG).expect("a tag").as_bytes().to_vec();
        assert_eq!((response.status().as_u16(), tag.as_slice()), (status, &b"\"3\""[..]));
        let body = to_bytes(response.into_body()).await.expect("a body");
        assert_eq!(body, if status == 200 { "\"a book\"" } else { "" });
    }
}
