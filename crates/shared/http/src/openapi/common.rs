use super::{
    answers::{Answer, Kind, answers, rate_limit_headers},
    any_text, parameter,
};
use crate::Problem;
use utoipa::{
    Modify, PartialSchema, ToSchema,
    openapi::{
        Content, Header, HeaderBuilder, OpenApi, PathItem, Ref, RefOr, Response,
        path::{Operation, Parameter, ParameterIn},
        security::SecurityRequirement,
    },
};

/// The content type that [`observe`](crate::observe) gives every problem.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// The name of the security scheme of those who call with an access token.
pub const ACCESS_TOKEN: &str = "access_token";

/// The role of a member who has proven their address: an operation that asks for it is for no other.
pub const VERIFIED: &str = "verified";

/// The header by which a request is found in the log.
const REQUEST_ID: &str = "X-Request-Id";

/// Adds what every operation of a kind takes and can answer, by what the operation says of itself:
///
/// - with a body: 408 and 413; with one of JSON: 400 and 415; with one of JSON or a parameter: 422;
/// - with `If-Match`: 400 and 412; with `If-None-Match`: 400; with `Idempotency-Key`: 409, and the header `Idempotency-Replayed`;
/// - with `cursor`: the header `Link`;
/// - behind the gate: 401, and 403 where they ask for the role [`VERIFIED`]; of the others it says that anyone may use them;
/// - where callers are limited: 429, and the headers `RateLimit` and `RateLimit-Policy`;
/// - all: 500, and 503 but where they do without the database; the header `X-Request-Id`, of the request and of every answer; and
///   `application/problem+json` as the type of every [`Problem`].
///
/// What a handler lists itself stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct CommonParts {
    /// The ids of the operations of this document that do without the database.
    pub without_database: &'static [&'static str],
    /// Whether the operations are counted against the caller's quota.
    pub are_limited: bool,
}

impl Modify for CommonParts {
    fn modify(&self, document: &mut OpenApi) {
        let answers = answers();
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            self.complete_operation(operation, &answers);
        }
        let components = document.components.get_or_insert_default();
        components.schemas.insert(Problem::name().into_owned(), Problem::schema());
        let mut beneath = Vec::new();
        Problem::schemas(&mut beneath);
        components.schemas.extend(beneath);
        components.parameters.insert(REQUEST_ID.to_owned(), request_id_parameter().into());
        for answer in &answers {
            let mut response = answer.to_response();
            complete_response(&mut response);
            components.responses.insert(answer.name.to_owned(), response.into());
        }
    }
}

impl CommonParts {
    fn complete_operation(self, operation: &mut Operation, answers: &[Answer]) {
        operation.security.get_or_insert_default();
        let given: Vec<_> = answers.iter().filter(|answer| self.includes(answer.kind, operation)).collect();
        for answer in given {
            let status = answer.problem.status().as_str().to_owned();
            let reference = RefOr::Ref(Ref::from_response_name(answer.name));
            operation.responses.responses.entry(status).or_insert(reference);
        }
        let request_id = RefOr::Ref(Ref::new(format!("#/components/parameters/{REQUEST_ID}")));
        operation.parameters.get_or_insert_default().push(request_id);
        let (is_page, is_replayed) = (takes(operation, "cursor"), takes(operation, "Idempotency-Key"));
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response {
                complete_response(response);
                if self.are_limited {
                    response.headers.extend(rate_limit_headers());
                }
                if is_page && status == "200" {
                    response.headers.insert("Link".to_owned(), link_header().into());
                }
                if is_replayed && status.starts_with('2') {
                    response.headers.insert("Idempotency-Replayed".to_owned(), replayed_header().into());
                }
            }
        }
    }

    fn includes(self, kind: Kind, operation: &Operation) -> bool {
        let has_body = operation.request_body.is_some();
        let takes_json =
            matches!(&operation.request_body, Some(RefOr::T(body)) if body.content.keys().any(|kind| kind.ends_with("json")));
        match kind {
            Kind::Every => true,
            Kind::Limited => self.are_limited,
            Kind::WithDatabase => !operation.operation_id.as_deref().is_some_and(|id| self.without_database.contains(&id)),
            Kind::WithBody => has_body,
            Kind::WithJson => takes_json,
            Kind::WithInput => takes_json || operation.parameters.as_ref().is_some_and(|parameters| !parameters.is_empty()),
            Kind::BehindTheGate => operation.security.as_ref().is_some_and(|security| !security.is_empty()),
            Kind::ForVerified => {
                let for_verified = SecurityRequirement::new(ACCESS_TOKEN, [VERIFIED]);
                operation.security.as_ref().is_some_and(|security| security.contains(&for_verified))
            }
            Kind::WithHeader(name) => takes(operation, name),
        }
    }
}

/// Whether an operation takes this parameter.
fn takes(operation: &Operation, name: &str) -> bool {
    let is_named = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == name);
    operation.parameters.iter().flatten().any(is_named)
}

/// The operations of a path.
fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete].into_iter().flatten()
}

/// Adds what [`observe`](crate::observe) gives a response.
fn complete_response(response: &mut Response) {
    response.headers.entry(REQUEST_ID.to_owned()).or_insert_with(|| request_id_header().into());
    let problem = RefOr::Ref(Ref::from_schema_name(Problem::name()));
    let is_problem = |content: &RefOr<Content>| matches!(content, RefOr::T(content) if content.schema.as_ref() == Some(&problem));
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
}

fn link_header() -> Header {
    let description = "The next page and the one before, where there are such: `<…>; rel=\"next\", <…>; rel=\"prev\"`.";
    HeaderBuilder::new().schema(Some(any_text())).description(Some(description)).build()
}

fn replayed_header() -> Header {
    let schema = any_text().enum_values(Some(["true"]));
    let description = "Where the request was sent before with this idempotency key: this is the answer that it had.";
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

/// Any text may be sent, and what is not sane is passed over: so the schema has no pattern.
fn request_id_parameter() -> Parameter {
    let description = "An id that the request is to be found by in the log: letters, digits and `-_.:`, 128 at most. It comes back, \
                       unless it is something else.";
    let schema = any_text().examples(["11943da2-c912-4bfd-8bcc-78c755e8b03c"]);
    parameter(ParameterIn::Header, REQUEST_ID, description, schema)
}

fn request_id_header() -> Header {
    let schema = any_text().pattern(Some("^[A-Za-z0-9._:-]{1,128}$"));
    let description = "The id that the request is found by in the log: the client's own, where it sent one.";
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}
