use super::history::{Event, Record, What};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::{Duration, Instant},
};

/// Nobody was told what cannot be, given what all were told. Reads may be of a version that was replaced so long before at the most; where that is
/// nothing, of any.
pub fn assert_agrees(record: &Record, lag_of_reads: Option<Duration>) {
    let complaints: Vec<_> =
        [versions(record), reads(record, lag_of_reads), loans(&record.events), tokens(&record.events), keys(&record.events)]
            .concat();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// Each change of a book makes a version of its own, and where all changes are known, no version is missing.
fn versions(record: &Record) -> Vec<String> {
    let mut complaints = Vec::new();
    for (book, changes) in changes(&record.events) {
        let versions: BTreeSet<u64> = changes.iter().map(|(version, _, _)| *version).collect();
        if versions.len() < changes.len() {
            complaints.push(format!("two changes of {book} made one version: a change is lost"));
        }
        let last = versions.last().copied().unwrap_or(1);
        if record.unknown == 0 && last != 1 + u64::try_from(changes.len()).unwrap_or(u64::MAX) {
            complaints.push(format!("{} changes of {book} made version {last}", changes.len()));
        }
    }
    complaints
}

/// A version is shown as it was made, and not when a later one had been told a moment before.
fn reads(record: &Record, lag: Option<Duration>) -> Vec<String> {
    let changes = changes(&record.events);
    let mut complaints = Vec::new();
    for event in &record.events {
        let What::Read { book, version, title } = &event.what else { continue };
        let Some(changes) = changes.get(book.as_str()) else { continue };
        for (other, other_title, told) in changes {
            if other == version && other_title != title {
                complaints.push(format!("version {version} of {book} is {other_title} and was shown as {title}"));
            }
            if other > version && lag.is_some_and(|lag| *told + lag < event.asked) {
                complaints.push(format!("version {version} of {book} was shown when {other} was known"));
            }
        }
    }
    complaints
}

type Changes<'a> = Vec<(u64, &'a str, Instant)>;

fn changes(events: &[Event]) -> BTreeMap<&str, Changes<'_>> {
    let mut changes: BTreeMap<_, Changes<'_>> = BTreeMap::new();
    for event in events {
        if let What::Changed { book, version, title } = &event.what {
            changes.entry(book.as_str()).or_default().push((*version, title, event.told));
        }
    }
    changes
}

/// Between two loans of one book the first was returned, and once.
fn loans(events: &[Event]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut returned: HashMap<&str, Instant> = HashMap::new();
    for event in events {
        if let What::Returned { loan } = &event.what
            && returned.insert(loan, event.asked).is_some()
        {
            complaints.push(format!("{loan} was returned twice"));
        }
    }
    // From when to when nobody else can have had it: from when it was told until its return was asked for.
    let mut held: BTreeMap<&str, Vec<(Instant, Option<Instant>)>> = BTreeMap::new();
    for event in events {
        if let What::Lent { book, loan } = &event.what {
            held.entry(book).or_default().push((event.told, returned.get(loan.as_str()).copied()));
        }
    }
    for (book, mut times) in held {
        times.sort_unstable();
        for pair in times.windows(2) {
            if pair[0].1.is_none_or(|ended| ended > pair[1].0) {
                complaints.push(format!("{book} was lent twice"));
            }
        }
    }
    complaints
}

/// No refresh token was taken twice.
fn tokens(events: &[Event]) -> Vec<String> {
    let mut seen = HashSet::new();
    let taken = events.iter().filter_map(|event| match &event.what {
        What::Rotated { token } => Some(token),
        _ => None,
    });
    taken.filter(|token| !seen.insert(*token)).map(|token| format!("the token {token} was taken twice")).collect()
}

/// One key adds one book.
fn keys(events: &[Event]) -> Vec<String> {
    let mut ids: HashMap<&str, &str> = HashMap::new();
    let mut complaints = Vec::new();
    for event in events {
        if let What::Added { key, id } = &event.what
            && *ids.entry(key).or_insert(id) != id
        {
            complaints.push(format!("with the key {key} several books were added"));
        }
    }
    complaints
}

#[cfg(test)]
mod tests;
