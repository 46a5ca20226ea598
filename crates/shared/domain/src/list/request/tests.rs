use super::{Cursor, ForeignCursor, ListField, ListRequest, Side, Sort};
use crate::{FieldKind, Filter, InvalidFilter, Operator, Page, PageLimit, Value};
use proptest::prelude::*;
use rstest::rstest;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// A record on a shelf, of which there may be many alike.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Record {
    id: u128,
    title: String,
    label: String,
    made_at: OffsetDateTime,
    is_scratched: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordField {
    Title,
    Label,
    MadeAt,
    IsScratched,
    Id,
}

impl ListField for RecordField {
    type Item = Record;

    const ALL: &'static [Self] = &[Self::Title, Self::Label, Self::MadeAt, Self::IsScratched, Self::Id];

    fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Label => "label",
            Self::MadeAt => "made_at",
            Self::IsScratched => "is_scratched",
            Self::Id => "id",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Title => FieldKind::Text,
            Self::Label => FieldKind::Code(str::to_uppercase),
            Self::MadeAt => FieldKind::Time,
            Self::IsScratched => FieldKind::Flag,
            Self::Id => FieldKind::Id,
        }
    }

    fn value(self, record: &Record, _: OffsetDateTime) -> Value {
        match self {
            Self::Title => Value::Text(record.title.clone()),
            Self::Label => Value::Text(record.label.to_uppercase()),
            Self::MadeAt => Value::Time(record.made_at),
            Self::IsScratched => Value::Flag(record.is_scratched),
            Self::Id => Value::Id(Uuid::from_u128(record.id)),
        }
    }

    fn id(record: &Record) -> Uuid {
        Uuid::from_u128(record.id)
    }
}

fn record(id: u128, title: &str) -> Record {
    Record { id, title: title.to_owned(), label: "emi".to_owned(), made_at: NOW, is_scratched: false }
}

fn request(limit: u64, sort: &str) -> ListRequest<RecordField> {
    let sort = if sort.is_empty() { Sort::default() } else { Sort::parse(sort).expect("an order") };
    ListRequest::new(PageLimit::try_from(limit).expect("a limit"), Vec::new(), sort, None).expect("no cursor")
}

fn at(request: &ListRequest<RecordField>, cursor: Option<Cursor>) -> ListRequest<RecordField> {
    ListRequest::new(request.limit(), request.filters().to_vec(), request.sort().clone(), cursor).expect("a cursor of this list")
}

fn titles(page: &Page<Record>) -> Vec<&str> {
    page.items.iter().map(|record| record.title.as_str()).collect()
}

#[rstest]
#[case("", &["zebra", "Ärger", "apple", "Émile"])]
#[case("title", &["apple", "Ärger", "Émile", "zebra"])]
#[case("-title", &["zebra", "Émile", "Ärger", "apple"])]
#[case("made_at,-title", &["zebra", "Émile", "Ärger", "apple"])]
fn a_list_is_in_its_order_without_regard_to_case_and_accents(#[case] sort: &str, #[case] expected: &[&str]) {
    let records = [record(1, "Émile"), record(2, "apple"), record(3, "Ärger"), record(4, "zebra")];
    assert_eq!(titles(&request(9, sort).select(records.iter(), NOW)), expected);
}

#[rstest]
#[case(RecordField::Title, Operator::Equal, "Emma", &["Emma"])]
#[case(RecordField::Title, Operator::Equal, "emma", &[])]
#[case(RecordField::Title, Operator::NotEqual, "Emma", &["Émile", "a, b"])]
#[case(RecordField::Title, Operator::Greater, "EMILE", &["Emma"])]
#[case(RecordField::Title, Operator::GreaterOrEqual, "EMILE", &["Émile", "Emma"])]
#[case(RecordField::Title, Operator::Less, "EMILE", &["a, b"])]
#[case(RecordField::Title, Operator::LessOrEqual, "EMILE", &["Émile", "a, b"])]
#[case(RecordField::Title, Operator::In, "Emma,a\\, b,x", &["Emma", "a, b"])]
#[case(RecordField::Title, Operator::NotIn, "Emma,a\\, b,x", &["Émile"])]
#[case(RecordField::Title, Operator::Like, "Em%", &["Emma"])]
#[case(RecordField::Title, Operator::FoldedLike, "É%", &["Émile", "Emma"])]
#[case(RecordField::Label, Operator::Equal, "Emi", &["Émile", "Emma", "a, b"])]
#[case(RecordField::Label, Operator::Like, "em_", &["Émile", "Emma", "a, b"])]
#[case(RecordField::Label, Operator::FoldedLike, "Em_", &["Émile", "Emma", "a, b"])]
#[case(RecordField::MadeAt, Operator::Less, "1970-01-01T01:00:00.000001+01:00", &["Émile", "Emma", "a, b"])]
#[case(RecordField::MadeAt, Operator::Less, "1970-01-01T01:00:00.0000009+01:00", &[])]
#[case(RecordField::IsScratched, Operator::Equal, "false", &["Émile", "Emma", "a, b"])]
#[case(RecordField::Id, Operator::In, "00000000-0000-0000-0000-000000000002", &["Emma"])]
fn a_filter_keeps_what_meets_it(
    #[case] field: RecordField,
    #[case] operator: Operator,
    #[case] text: &str,
    #[case] expected: &[&str],
) {
    let records = [record(1, "Émile"), record(2, "Emma"), record(3, "a, b")];
    let filter = Filter::parse(field, operator, text).expect("a filter");
    let mut found = request(9, "").filtered(filter).select(records.iter(), NOW);
    found.items.reverse();
    assert_eq!(titles(&found), expected);
}

#[rstest]
#[case(RecordField::MadeAt, Operator::Equal, "yesterday", InvalidFilter::Time)]
#[case(RecordField::MadeAt, Operator::Equal, "9999-12-31T23:59:59-23:59", InvalidFilter::Time)]
#[case(RecordField::MadeAt, Operator::Equal, "0000-01-01T00:00:00+23:59", InvalidFilter::Time)]
#[case(RecordField::IsScratched, Operator::Equal, "yes", InvalidFilter::Flag)]
#[case(RecordField::Title, Operator::Equal, "a\0", InvalidFilter::Text(crate::InvalidText::ContainsNul))]
#[case(RecordField::Id, Operator::Equal, "1", InvalidFilter::Id(crate::InvalidId))]
#[case(RecordField::IsScratched, Operator::Greater, "true", InvalidFilter::Operator { allowed: "eq, ne".to_owned() })]
#[case(RecordField::Id, Operator::Like, "%", InvalidFilter::Operator { allowed: "eq, ne, in, not_in".to_owned() })]
fn what_does_not_fit_a_field_is_refused(
    #[case] field: RecordField,
    #[case] operator: Operator,
    #[case] text: &str,
    #[case] error: InvalidFilter,
) {
    assert_eq!(Filter::parse(field, operator, text), Err(error));
}

#[test]
fn a_field_is_compared_with_at_most_a_hundred_values() {
    let values = |count: usize| vec!["x"; count].join(",");
    assert!(Filter::parse(RecordField::Title, Operator::In, &values(100)).is_ok());
    let error = Filter::parse(RecordField::Title, Operator::In, &values(101));
    assert_eq!(error, Err(InvalidFilter::TooManyValues));
}

#[test]
fn an_order_is_read_back_from_what_it_prints() {
    let sort = Sort::<RecordField>::parse(" -made_at,title").expect("an order");
    assert_eq!(sort.to_string(), "-made_at,title");
    assert_eq!(Sort::<RecordField>::parse("title,-title").expect("an order").to_string(), "title");
    for unknown in ["is_scratched", "id", "", "title,", "--title"] {
        let error = Sort::<RecordField>::parse(unknown).expect_err("no order");
        assert!(error.to_string().ends_with("there are title, label, made_at"), "{error}");
    }
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let by_title = request(1, "title").select([record(1, "a"), record(2, "b")].iter(), NOW).next;
    let (limit, sort) = (PageLimit::default(), Sort::parse("made_at").expect("an order"));
    assert_eq!(ListRequest::<RecordField>::new(limit, Vec::new(), sort, by_title.clone()), Err(ForeignCursor));
    assert_eq!(ListRequest::<RecordField>::new(limit, Vec::new(), Sort::default(), by_title), Err(ForeignCursor));
}

#[test]
fn only_the_first_page_has_none_before_it_and_only_the_last_none_after() {
    let records = [record(3, "c"), record(2, "b"), record(1, "a")];
    let asked = request(1, "");
    let first = asked.select(records.iter(), NOW);
    let middle = at(&asked, first.next.clone()).select(records.iter(), NOW);
    let last = at(&asked, middle.next.clone()).select(records.iter(), NOW);
    assert_eq!((titles(&first), titles(&middle), titles(&last)), (vec!["c"], vec!["b"], vec!["a"]));
    assert_eq!((first.previous.is_none(), middle.previous.is_some(), last.next.is_none()), (true, true, true));

    let middle_again = at(&asked, last.previous).select(records.iter(), NOW);
    assert_eq!(middle_again, middle);
    let first_again = at(&asked, middle_again.previous).select(records.iter(), NOW);
    assert_eq!((&first_again.items, &first_again.previous), (&first.items, &None));
    assert_eq!(first_again.next, first.next);
}

#[test]
fn a_page_does_not_shift_when_something_is_added_before_it() {
    let mut records = vec![record(4, "d"), record(2, "b"), record(1, "a")];
    let first = request(1, "-title").select(records.iter(), NOW);
    records.push(record(5, "e"));
    records.retain(|record| record.title != "d");
    let second = at(&request(1, "-title"), first.next).select(records.iter(), NOW);
    assert_eq!(titles(&second), ["b"]);
}

#[test]
fn a_page_that_turns_out_empty_leads_back() {
    let records = [record(2, "b"), record(1, "a")];
    let asked = request(1, "title");
    let second = asked.select(records.iter(), NOW).next;
    let empty = at(&asked, second).select(records[1..].iter(), NOW);
    assert_eq!((titles(&empty), &empty.next), (vec![], &None));
    assert_eq!(titles(&at(&asked, empty.previous).select([record(0, "0")].iter(), NOW)), ["0"]);
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let one = ("[aAáb]{1,2}", "[xy]", 0_i64..3, any::<bool>());
    proptest::collection::vec(one, 0..12).prop_map(|rows| {
        let record = |(index, (title, label, seconds, is_scratched))| Record {
            id: index as u128,
            title,
            label,
            made_at: NOW + Duration::seconds(seconds),
            is_scratched,
        };
        rows.into_iter().enumerate().map(record).collect()
    })
}

proptest! {
    #[test]
    fn the_pages_of_every_order_are_disjoint_and_complete_both_ways(
        records in records(),
        limit in 1_u64..5,
        sort in proptest::sample::select(vec!["", "title", "-title", "-made_at,title", "label,-made_at,title"]),
    ) {
        let all = request(200, sort).select(records.iter(), NOW).items;
        prop_assert_eq!(all.len(), records.len());
        let asked = request(limit, sort);
        let mut pages = vec![asked.select(records.iter(), NOW)];
        while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
            pages.push(at(&asked, Some(next)).select(records.iter(), NOW));
        }
        let forward: Vec<_> = pages.iter().flat_map(|page| page.items.clone()).collect();
        prop_assert_eq!(&forward, &all);

        for pair in pages.windows(2) {
            prop_assert_eq!(pair[1].previous.as_ref().map(|cursor| cursor.side), Some(Side::Before));
            let back = at(&asked, pair[1].previous.clone()).select(records.iter(), NOW);
            prop_assert_eq!(&back.items, &pair[0].items);
        }
    }
}
