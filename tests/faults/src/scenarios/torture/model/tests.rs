use super::{keys, loans, reads, tokens, versions};
use crate::scenarios::torture::history::{Event, Record, What};
use std::time::{Duration, Instant};

/// What was asked and told at these seconds.
fn record(events: impl IntoIterator<Item = (u64, u64, What)>) -> Record {
    let start = Instant::now();
    let at = |second| start + Duration::from_secs(second);
    let events = events.into_iter().map(|(asked, told, what)| Event { asked: at(asked), told: at(told), what });
    Record { events: events.collect(), unknown: 0 }
}

fn read(version: u64, title: &str) -> What {
    What::Read { book: "book".into(), version, title: title.into() }
}

fn changed(version: u64, title: &str) -> What {
    What::Changed { book: "book".into(), version, title: title.into() }
}

fn lent(loan: &str) -> What {
    What::Lent { book: "book".into(), loan: loan.into() }
}

fn returned(loan: &str) -> What {
    What::Returned { loan: loan.into() }
}

#[test]
fn a_lost_update_is_noticed() {
    assert_eq!(versions(&record([(0, 1, changed(2, "a")), (0, 1, changed(3, "b"))])), [""; 0]);
    assert_eq!(versions(&record([(0, 1, changed(2, "a")), (0, 1, changed(2, "b"))])).len(), 2);
    assert_eq!(versions(&record([(0, 1, changed(3, "a"))])).len(), 1);
    let unknown = Record { unknown: 1, ..record([(0, 1, changed(3, "a"))]) };
    assert_eq!(versions(&unknown), [""; 0]);
}

#[test]
fn what_is_shown_wrong_or_late_is_noticed() {
    let right = record([(0, 1, changed(2, "a")), (0, 3, read(1, "before")), (2, 3, read(2, "a"))]);
    assert_eq!(reads(&right, Some(Duration::ZERO)), [""; 0]);
    assert_eq!(reads(&record([(0, 1, changed(2, "a")), (0, 3, read(2, "b"))]), None).len(), 1);
    let late = record([(0, 1, changed(2, "a")), (2, 3, read(1, "before"))]);
    let lags = [Some(Duration::ZERO), Some(Duration::from_secs(1)), None];
    assert_eq!(lags.map(|lag| reads(&late, lag).len()), [1, 0, 0]);
}

#[test]
fn a_book_that_is_lent_twice_is_noticed() {
    // The return may have been made before the second loan was.
    let right = record([(0, 1, lent("one")), (2, 5, returned("one")), (3, 4, lent("two"))]);
    assert_eq!(loans(&right.events), [""; 0]);
    assert_eq!(loans(&record([(0, 1, lent("one")), (2, 3, lent("two")), (4, 5, returned("one"))]).events).len(), 1);
    assert_eq!(loans(&record([(0, 1, lent("one")), (2, 3, lent("two"))]).events).len(), 1);
    assert_eq!(loans(&record([(0, 1, lent("one")), (2, 3, returned("one")), (2, 3, returned("one"))]).events).len(), 1);
}

#[test]
fn what_is_taken_or_added_twice_is_noticed() {
    let rotated = |token: &str| What::Rotated { token: token.into() };
    assert_eq!(tokens(&record([(0, 1, rotated("a")), (0, 1, rotated("b"))]).events), [""; 0]);
    assert_eq!(tokens(&record([(0, 1, rotated("a")), (0, 1, rotated("a"))]).events).len(), 1);
    let added = |id: &str| What::Added { key: "key".into(), id: id.into() };
    assert_eq!(keys(&record([(0, 1, added("a")), (0, 1, added("a"))]).events), [""; 0]);
    assert_eq!(keys(&record([(0, 1, added("a")), (0, 1, added("b"))]).events).len(), 1);
}
