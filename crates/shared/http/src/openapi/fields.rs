use library_shared_domain::TextLength;
use utoipa::openapi::{
    KnownFormat, ObjectBuilder, Required, SchemaFormat, Type,
    path::{Parameter, ParameterBuilder, ParameterIn},
};

/// Any text without U+0000. The class is spelt out where it could be: what `\s` holds differs from one engine to the next, and
/// what is trimmed off is Unicode's `White_Space`.
const ANY_TEXT: &str = r"^[^\u0000]*$";

/// A text without U+0000 in which there is more than white space.
const MORE_THAN_WHITE_SPACE: &str =
    r"^[^\u0000]*[^\u0000\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000][^\u0000]*$";

/// The schema of a text that is trimmed and then has a length. White space around it, which is forgiven, is not counted here.
#[must_use]
pub fn text(length: TextLength) -> ObjectBuilder {
    let pattern = if length.minimum == 0 { ANY_TEXT } else { MORE_THAN_WHITE_SPACE };
    let minimum = (length.minimum > 0).then_some(length.minimum);
    any_text().min_length(minimum).max_length(Some(length.maximum)).pattern(Some(pattern))
}

/// The schema of any text.
#[must_use]
pub fn any_text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The schema of a token, whose length nobody limits but the body's.
#[must_use]
pub fn token() -> ObjectBuilder {
    any_text().min_length(Some(1)).pattern(Some(MORE_THAN_WHITE_SPACE))
}

/// The schema of a password, whose length counts as it stands, or of a token: any text of such a length, which clients do not show.
#[must_use]
pub fn secret_text(minimum: usize, maximum: Option<usize>) -> ObjectBuilder {
    any_text()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .min_length(Some(minimum))
        .max_length(maximum)
        .pattern(Some(ANY_TEXT))
}

/// The schema of an id.
#[must_use]
pub fn id() -> ObjectBuilder {
    any_text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
}

/// The schema of an email address, with the international letters of RFC 6531.
#[must_use]
pub fn email(maximum: usize) -> ObjectBuilder {
    any_text().format(Some(SchemaFormat::Custom("idn-email".to_owned()))).max_length(Some(maximum))
}

/// A parameter: what an extractor of it answers with in its `IntoParams`. That of a path is required, and no other.
#[must_use]
pub fn parameter(place: ParameterIn, name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
