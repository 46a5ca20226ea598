use crate::{FieldError, Problem, RequestId};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// The request that the examples answer.
const A_REQUEST: &str = "11943da2-c912-4bfd-8bcc-78c755e8b03c";

/// What went wrong: problem details (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "it is there for its schema; `Problem` writes the document")]
struct Document {
    /// Which kind of problem it is: `about:blank` where the status says it all.
    #[schema(format = "uri-reference", example = "tag:library.example,2026:duplicate-isbn")]
    r#type: String,
    /// The kind in a few words; the same for every problem of the kind.
    #[schema(example = "Duplicate ISBN")]
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    status: u16,
    /// What went wrong, in a sentence.
    #[schema(example = "The catalogue already has a book of this ISBN.")]
    detail: String,
    /// What is wrong with each field, where `type` is `tag:library.example,2026:invalid-fields`.
    #[schema(required = false, min_items = 1)]
    errors: Vec<FieldError>,
    /// The id of the request, which finds it in the log; `X-Request-Id` has it too.
    #[schema(pattern = "^[A-Za-z0-9._:-]{1,128}$", example = "11943da2-c912-4bfd-8bcc-78c755e8b03c")]
    request_id: String,
}

impl PartialSchema for Problem {
    fn schema() -> RefOr<Schema> {
        Document::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> Cow<'static, str> {
        Document::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Document::schemas(schemas);
    }
}

/// The document that is the body, as an example has it: the answer to some request.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = RequestId::parse(A_REQUEST).unwrap_or_else(RequestId::generate);
        serde_json::from_slice::<Value>(&self.to_json(&request, None)).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}
