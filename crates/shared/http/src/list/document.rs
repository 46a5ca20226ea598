//! What the document of the API says of a list's parameters.

use super::ListQuery;
use crate::openapi::{self, any_text, parameter};
use library_shared_domain::{FieldKind, Filter, ListField, Operator, PageLimit, Pattern, Sort};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Type,
        path::{Parameter, ParameterIn},
    },
};

/// A time in UTC: of those that are taken, the form that times are shown in.
const TIME: &str =
    "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?Z";
const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

impl<F: ListField> IntoParams for ListQuery<F> {
    /// Every field with every operator that it can be compared with; `field[eq]` is what `field` is, and goes without saying.
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let operators = |field: F| Operator::ALL.into_iter().filter(move |operator| operator.is_for(field.kind()));
        let filters = F::ALL.iter().flat_map(|field| operators(*field).map(|operator| filter(*field, operator)));
        [limit(), cursor(), sort::<F>()].into_iter().chain(filters).collect()
    }
}

fn limit() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(PageLimit::MINIMUM))
        .maximum(Some(PageLimit::MAXIMUM))
        .default(Some(PageLimit::default().number().into()));
    parameter(ParameterIn::Query, "limit", "The most items to answer with.", schema)
}

fn cursor() -> Parameter {
    let description = "Where to go on: the cursor in the link to the next page or to the one before, which is opaque.";
    parameter(ParameterIn::Query, "cursor", description, any_text())
}

fn sort<F: ListField>() -> Parameter {
    let names = F::ALL.iter().filter(|field| field.kind().is_sortable()).map(|field| field.name()).collect::<Vec<_>>().join("|");
    let pattern = format!("^-?(?:{names})(?:,-?(?:{names})){{0,{}}}$", Sort::<F>::MAXIMUM_FIELDS - 1);
    let description = "By which fields the list is put in order, with commas between them; a minus before one: the greatest first. \
                       Where it is missing, the newest come first.";
    parameter(ParameterIn::Query, "sort", description, any_text().pattern(Some(pattern)))
}

fn filter<F: ListField>(field: F, operator: Operator) -> Parameter {
    let (name, what) = (field.name(), meaning(operator));
    let parameter_name = if operator == Operator::Equal { name.to_owned() } else { format!("{name}[{}]", operator.name()) };
    parameter(ParameterIn::Query, &parameter_name, &format!("Only items whose `{name}` {what}."), value(field.kind(), operator))
}

const fn meaning(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "is this",
        Operator::NotEqual => "is something else",
        Operator::Greater => "comes after this",
        Operator::GreaterOrEqual => "is this or comes after it",
        Operator::Less => "comes before this",
        Operator::LessOrEqual => "is this or comes before it",
        Operator::In => "is one of these, which have commas between them; a comma in one of them has a backslash before it",
        Operator::NotIn => "is none of these, which have commas between them; a comma in one of them has a backslash before it",
        Operator::Like => {
            "matches this pattern: `%` is any characters, `_` one, and a backslash takes the meaning from what follows"
        }
        Operator::FoldedLike => "matches this pattern without regard to case and accents",
    }
}

fn value(kind: FieldKind, operator: Operator) -> ObjectBuilder {
    let is_list = matches!(operator, Operator::In | Operator::NotIn);
    match (kind, operator) {
        (_, Operator::Like | Operator::FoldedLike) => {
            // What is escaped or stands for itself, with no more than so many runs of `%` between.
            let part = r"(?:[^\\%\u0000]|\\[^\u0000])*";
            let pattern = format!("^{part}(?:%+{part}){{0,{}}}$", Pattern::MAXIMUM_ANY);
            any_text().max_length(Some(Pattern::MAXIMUM_LENGTH)).pattern(Some(pattern))
        }
        (FieldKind::Text | FieldKind::Code(_), _) if is_list => any_text().pattern(Some(listed(r"[^,\u0000]*"))),
        (FieldKind::Text | FieldKind::Code(_), _) => any_text().pattern(Some(r"^[^\u0000]*$")),
        (FieldKind::Time, _) if is_list => any_text().pattern(Some(listed(TIME))),
        (FieldKind::Time, _) => any_text().pattern(Some(format!("^{TIME}$"))).examples(["2026-11-20T16:14:56Z"]),
        (FieldKind::Id, _) if is_list => any_text().pattern(Some(listed(UUID))),
        (FieldKind::Id, _) => openapi::id(),
        (FieldKind::Flag, _) => ObjectBuilder::new().schema_type(Type::Boolean),
    }
}

/// The pattern of values with commas between them.
fn listed(value: &str) -> String {
    format!("^{value}(?:,{value}){{0,{}}}$", Filter::<()>::MAXIMUM_VALUES - 1)
}
