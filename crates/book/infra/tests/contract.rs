//! The catalogue's repository, held to its port's contract on both databases, bare and behind each cache.

mod sqlite {
    library_testkit::book_repository_contract!(library_test_worlds::sqlite);
    library_testkit::book_batches_contract!(library_test_worlds::sqlite);
    library_testkit::book_lists_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::book_repository_contract!(library_test_worlds::postgres);
    library_testkit::book_batches_contract!(library_test_worlds::postgres);
    library_testkit::book_lists_contract!(library_test_worlds::postgres);
}

mod sqlite_cached_in_process {
    library_testkit::book_repository_contract!(library_test_worlds::sqlite_cached_in_process);
    library_testkit::book_batches_contract!(library_test_worlds::sqlite_cached_in_process);
}

mod sqlite_cached_in_redis {
    library_testkit::book_repository_contract!(library_test_worlds::sqlite_cached_in_redis);
    library_testkit::book_batches_contract!(library_test_worlds::sqlite_cached_in_redis);
}

mod postgres_cached_in_process {
    library_testkit::book_repository_contract!(library_test_worlds::postgres_cached_in_process);
    library_testkit::book_batches_contract!(library_test_worlds::postgres_cached_in_process);
}

mod postgres_cached_in_redis {
    library_testkit::book_repository_contract!(library_test_worlds::postgres_cached_in_redis);
    library_testkit::book_batches_contract!(library_test_worlds::postgres_cached_in_redis);
}
