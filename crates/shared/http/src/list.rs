use crate::{FieldErrors, Problem};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::header};
use library_shared_domain::{
    Cursor, Filter, InvalidFilter, InvalidPageLimit, ListField, ListRequest, Operator, Page, PageLimit, Sort,
};
use serde::Serialize;
use std::future::{Ready, ready};

mod cursor;
mod document;

/// The most conditions on one list.
const MAXIMUM_FILTERS: usize = 100;

/// What of a list is asked for, by the parameters `limit`, `cursor`, `sort` and `field[operator]`.
#[derive(Debug)]
pub struct ListQuery<F>(pub ListRequest<F>);

impl<F: ListField> FromRequest for ListQuery<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(ListParameters::of(request).into_request().map(Self))
    }
}

/// The parameters of a list as the query has them, to be taken out one after the other. What is wrong with them is told at once.
pub struct ListParameters {
    parameters: Vec<(String, String)>,
    /// What is wrong.
    pub errors: FieldErrors,
}

impl ListParameters {
    /// The parameters of this request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self { parameters: parameters(request), errors: FieldErrors::default() }
    }

    /// Takes a parameter out that may be given once.
    pub fn take(&mut self, name: &'static str) -> Option<String> {
        let (taken, left) = std::mem::take(&mut self.parameters).into_iter().partition(|(other, _)| other == name);
        self.parameters = left;
        let mut values: Vec<(String, String)> = taken;
        if values.len() > 1 {
            self.errors.note::<()>(name, "must be given once");
        }
        values.pop().map(|(_, value)| value)
    }

    /// Takes `limit` out.
    pub fn take_limit(&mut self) -> PageLimit {
        let limit =
            self.take("limit").map(|text| text.parse::<u64>().map_err(|_| InvalidPageLimit).and_then(PageLimit::try_from));
        match limit {
            None => PageLimit::default(),
            Some(Ok(limit)) => limit,
            Some(Err(error)) => self.errors.note("limit", error).unwrap_or_default(),
        }
    }

    /// Takes everything out that is left, as conditions: `field[operator]=value`, or `field=value` where it is to be equal.
    pub fn take_filters<F: ListField>(&mut self) -> Vec<Filter<F>> {
        let parameters = std::mem::take(&mut self.parameters);
        if parameters.len() > MAXIMUM_FILTERS {
            self.errors.note::<()>("filters", format!("must be at most {MAXIMUM_FILTERS}"));
            return Vec::new();
        }
        parameters.into_iter().filter_map(|(name, value)| self.parse_filter(&name, &value)).collect()
    }

    fn parse_filter<F: ListField>(&mut self, name: &str, value: &str) -> Option<Filter<F>> {
        // A bracket that is left open or not opened makes it no parameter of ours.
        let (field_name, operator_name) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((field, operator)) => (field, operator),
            None => (name, Operator::Equal.name()),
        };
        let shown: String = name.chars().take(50).collect();
        let Some(field) = F::named(field_name) else {
            let allowed = F::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ");
            return self.errors.note(shown, format!("is no parameter of this list; it is filtered by {allowed}"));
        };
        let filter = Operator::named(operator_name)
            .ok_or_else(|| InvalidFilter::operator(field.kind()))
            .and_then(|operator| Filter::parse(field, operator, value));
        filter.map_err(|error| self.errors.note::<()>(shown, error)).ok()
    }

    fn take_sort<F: ListField>(&mut self) -> Sort<F> {
        match self.take("sort").map(|text| Sort::parse(&text)) {
            None => Sort::default(),
            Some(Ok(sort)) => sort,
            Some(Err(error)) => self.errors.note("sort", error).unwrap_or_default(),
        }
    }

    /// What of a list is asked for, which has no parameters but those of every list.
    ///
    /// # Errors
    /// With a problem that names every parameter that is wrong.
    pub fn into_request<F: ListField>(mut self) -> Result<ListRequest<F>, Problem> {
        let (limit, sort) = (self.take_limit(), self.take_sort());
        let cursor = self.take("cursor").map(|text| cursor::decode(&text, &sort));
        let filters = self.take_filters();
        if matches!(cursor, Some(None)) {
            self.errors.note::<()>("cursor", "must be a cursor, as the link to a page of this list in this order has it");
        }
        let request = ListRequest::new(limit, filters, sort, cursor.flatten());
        let request = request.map_err(|error| self.errors.note::<()>("cursor", error)).unwrap_or_default();
        self.errors.into_result(request)
    }
}

/// 200 with the items of a page as a JSON array and, where there are such, the next page and the one before as links (RFC 8288).
pub fn list_response<'a, F: ListField, B: Serialize>(
    request: &HttpRequest,
    asked: &ListRequest<F>,
    page: &'a Page<F::Item>,
    body: impl Fn(&'a F::Item) -> B,
) -> HttpResponse {
    let encode = |cursor: &Cursor| cursor::encode(cursor, asked.sort());
    let (next, previous) = (page.next.as_ref().map(encode), page.previous.as_ref().map(encode));
    page_response(request, next, previous, page.items.iter().map(body))
}

/// The same, of a list that has cursors of its own.
pub fn page_response<B: Serialize>(
    request: &HttpRequest,
    next: Option<String>,
    previous: Option<String>,
    items: impl Iterator<Item = B>,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    let (parameters, links) = (parameters(request), [("next", next), ("prev", previous)]);
    let links = links.into_iter().filter_map(|(relation, cursor)| Some(link(request.path(), &parameters, relation, &cursor?)));
    let links = links.collect::<Vec<_>>().join(", ");
    if !links.is_empty() {
        response.insert_header((header::LINK, links));
    }
    response.json(items.collect::<Vec<_>>())
}

/// The same list at another place: its other parameters stay as they are.
fn link(path: &str, parameters: &[(String, String)], relation: &str, cursor: &str) -> String {
    let kept = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| *name != "cursor");
    let query = serde_urlencoded::to_string(kept.chain([("cursor", cursor)]).collect::<Vec<_>>()).unwrap_or_default();
    format!("<{path}?{query}>; rel=\"{relation}\"")
}

fn parameters(request: &HttpRequest) -> Vec<(String, String)> {
    serde_urlencoded::from_str(request.query_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
