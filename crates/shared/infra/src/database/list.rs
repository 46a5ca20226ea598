use super::{SqlFragment, SqlTimestamp, SqlUuid};
use library_shared_domain::{Comparison, Cursor, Direction, FieldKind, Filter, ListField, ListRequest, Sort, Value};

/// Where a field that lists are filtered and sorted by is kept.
pub enum ListColumn {
    /// In this column, which is compared as it is.
    Plain(&'static str),
    /// In three columns: the text itself, what it is [folded](library_shared_domain::fold) to, and the beginning of that, by which
    /// it is put in order.
    Text {
        /// The text itself.
        text: &'static str,
        /// What it is folded to.
        key: &'static str,
        /// What it is put in order by; it is indexed.
        order: &'static str,
    },
    /// In this condition, which is true or false and never null.
    Condition(SqlFragment),
}

/// What a request for a page asks of a table, as SQL: the condition on its rows, their order, and how many.
pub struct ListQuery {
    /// Which rows: those that meet the filters, from the cursor on.
    pub condition: SqlFragment,
    /// The order, against that of the list where the request is backward.
    pub order: SqlFragment,
    /// How many: one more than the page holds.
    pub limit: i64,
}

impl ListQuery {
    /// What a request asks of the table whose ids are in this column, and whose fields are kept as `column` says.
    pub fn new<F: ListField>(request: &ListRequest<F>, id: &'static str, column: impl Fn(F) -> ListColumn) -> Self {
        let keys = Keys::new(request, id, &column);
        let condition = condition(request.filters(), &column);
        let condition = match request.cursor() {
            Some(cursor) => condition.sql(" AND ").then(keys.beyond(cursor)),
            None if request.filters().is_empty() => condition.then(keys.whole_list(request.sort())),
            None => condition,
        };
        let is_common = request.filters().is_empty() && request.sort().keys().len() <= 1;
        Self {
            condition: if is_common { condition } else { condition.of_any_shape() },
            order: keys.order(),
            limit: i64::from(request.limit().surplus()),
        }
    }
}

/// The condition that rows meet every one of these filters.
pub fn condition<F: ListField>(filters: &[Filter<F>], column: &impl Fn(F) -> ListColumn) -> SqlFragment {
    filters.iter().fold(SqlFragment::default().sql("TRUE"), |sql, filter| {
        sql.sql(" AND ").then(test(column(filter.field()), filter.comparison())).of_any_shape()
    })
}

fn test(column: ListColumn, comparison: &Comparison) -> SqlFragment {
    let sql = SqlFragment::default();
    let (text, key, order) = match column {
        ListColumn::Condition(condition) => return flag(condition, comparison),
        ListColumn::Plain(column) => (column, column, column),
        ListColumn::Text { text, key, order } => (text, key, order),
    };
    match comparison {
        // By the order first, which an index finds.
        Comparison::Equal(value) if text != order => {
            let order_value = value.clone().for_order(FieldKind::Text);
            bind(bind(sql.sql("(").sql(order).sql(" = "), &order_value).sql(" AND ").sql(text).sql(" = "), value).sql(")")
        }
        Comparison::Equal(value) => bind(sql.sql(text).sql(" = "), value),
        Comparison::NotEqual(value) => bind(sql.sql(text).sql(" <> "), value),
        Comparison::Greater(value) => bind(sql.sql(order).sql(" > "), value),
        Comparison::GreaterOrEqual(value) => bind(sql.sql(order).sql(" >= "), value),
        Comparison::Less(value) => bind(sql.sql(order).sql(" < "), value),
        Comparison::LessOrEqual(value) => bind(sql.sql(order).sql(" <= "), value),
        Comparison::In(values) => bind_all(sql.sql(text).sql(" IN ("), values).sql(")"),
        Comparison::NotIn(values) => bind_all(sql.sql(text).sql(" NOT IN ("), values).sql(")"),
        Comparison::Like(pattern) => sql.sql(text).matches(pattern),
        Comparison::FoldedLike(pattern) => sql.sql(key).matches(pattern),
    }
}

/// A flag can be compared with true and false alone, as the domain has it.
fn flag(condition: SqlFragment, comparison: &Comparison) -> SqlFragment {
    let wanted = match comparison {
        Comparison::Equal(value) => *value == Value::Flag(true),
        Comparison::NotEqual(value) => *value != Value::Flag(true),
        Comparison::Greater(_)
        | Comparison::GreaterOrEqual(_)
        | Comparison::Less(_)
        | Comparison::LessOrEqual(_)
        | Comparison::In(_)
        | Comparison::NotIn(_)
        | Comparison::Like(_)
        | Comparison::FoldedLike(_) => return SqlFragment::default().sql("FALSE"),
    };
    let sql = SqlFragment::default();
    if wanted { sql.sql("(").then(condition).sql(")") } else { sql.sql("NOT (").then(condition).sql(")") }
}

fn bind(sql: SqlFragment, value: &Value) -> SqlFragment {
    match value {
        Value::Text(text) => sql.text(text),
        Value::Time(time) => sql.timestamp(SqlTimestamp(*time)),
        Value::Id(id) => sql.uuid(SqlUuid::new(*id)),
        Value::Flag(true) => sql.sql("TRUE"),
        Value::Flag(false) => sql.sql("FALSE"),
    }
}

fn bind_all(sql: SqlFragment, values: &[Value]) -> SqlFragment {
    values.iter().enumerate().fold(sql, |sql, (index, value)| bind(if index > 0 { sql.sql(", ") } else { sql }, value))
}

/// The columns that a list is put in order by, the id at last, as the statement runs through them.
struct Keys(Vec<(&'static str, Direction)>);

impl Keys {
    fn new<F: ListField>(request: &ListRequest<F>, id: &'static str, column: &impl Fn(F) -> ListColumn) -> Self {
        let sort = request.sort();
        let fields = sort.keys().iter().filter_map(|(field, direction)| match column(*field) {
            ListColumn::Plain(column) | ListColumn::Text { order: column, .. } => Some((column, *direction)),
            ListColumn::Condition(_) => None,
        });
        let keys = fields.chain([(id, sort.direction_of_ids())]);
        let turn =
            |(column, direction): (_, Direction)| (column, if request.is_backward() { direction.reversed() } else { direction });
        Self(keys.map(turn).collect())
    }

    fn order(&self) -> SqlFragment {
        self.0.iter().enumerate().fold(SqlFragment::default(), |sql, (index, (column, direction))| {
            let sql = if index > 0 { sql.sql(", ") } else { sql };
            sql.sql(column).sql(match direction {
                Direction::Ascending => " ASC",
                Direction::Descending => " DESC",
            })
        })
    }

    /// All rows, told so that SQLite runs through an index on the first of several columns, and sorts only what is equal in it:
    /// left to itself, it sorts the whole table for the first page.
    fn whole_list<F: ListField>(&self, sort: &Sort<F>) -> SqlFragment {
        let sql = SqlFragment::default();
        if self.0.len() <= 2 {
            return sql;
        }
        let least = match sort.kinds().next() {
            Some(FieldKind::Text | FieldKind::Code(_)) => " >= '', 0.001)",
            Some(FieldKind::Time) => " >= -9223372036854775808, 0.001)",
            Some(FieldKind::Id | FieldKind::Flag) | None => return sql,
        };
        sql.differing(" AND (", " AND likelihood(").sql(self.0[0].0).differing(" IS NOT NULL)", least)
    }

    /// The rows beyond a place, told so that an index on the first column begins at the place.
    fn beyond(&self, cursor: &Cursor) -> SqlFragment {
        let values: Vec<Value> = cursor.values.iter().cloned().chain([Value::Id(cursor.id)]).collect();
        // Of one field and the id, which go the same way, there is an index; of more fields, of the first one.
        if self.0.len() <= 2 { self.beyond_in_index(&values) } else { self.beyond_from_index(&values) }
    }

    /// `(a, id) > (…, …)`, as rows are compared in SQL.
    fn beyond_in_index(&self, values: &[Value]) -> SqlFragment {
        let columns = self.0.iter().enumerate().fold(SqlFragment::default().sql("("), |sql, (index, (column, _))| {
            if index > 0 { sql.sql(", ").sql(column) } else { sql.sql(column) }
        });
        bind_all(columns.sql(")").sql(beyond(self.0[0].1)).sql("("), values).sql(")")
    }

    /// `(a >= … AND (a > … OR (a = … AND (b < … OR …))) IS TRUE)`: what comes before the OR lets an index begin at the place, and the
    /// test for truth keeps SQLite from looking the sides of the OR up one by one, which loses the order.
    fn beyond_from_index(&self, values: &[Value]) -> SqlFragment {
        let (mut sql, mut open) = (SqlFragment::default(), 0);
        let (last, leading) = (self.0.len() - 1, &self.0[0]);
        // SQLite would take the bound for one that half of the rows meet, and rather sort them all.
        sql = bind(sql.differing("((", "(likelihood(").sql(leading.0).sql(beyond_or_at(leading.1)), &values[0])
            .differing(") AND ", ", 0.001) AND ");
        for (index, ((column, direction), value)) in self.0.iter().zip(values).enumerate() {
            sql = bind(sql.sql("(").sql(column).sql(beyond(*direction)), value);
            open += 1;
            if index < last {
                sql = bind(sql.sql(" OR (").sql(column).sql(" = "), value).sql(" AND ");
                open += 1;
            }
        }
        (0..open).fold(sql, |sql, _| sql.sql(")")).sql(" IS TRUE)")
    }
}

const fn beyond(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => " > ",
        Direction::Descending => " < ",
    }
}

const fn beyond_or_at(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => " >= ",
        Direction::Descending => " <= ",
    }
}
