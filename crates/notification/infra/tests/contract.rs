//! The queue, held to its port's contract on both databases.

mod sqlite {
    library_testkit::notification_queue_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::notification_queue_contract!(library_test_worlds::postgres);
}
