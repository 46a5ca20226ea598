//! The unit of work, held to its port's contract on both databases, bare and behind each cache.

mod sqlite {
    library_testkit::unit_of_work_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::unit_of_work_contract!(library_test_worlds::postgres);
}

mod sqlite_cached_in_process {
    library_testkit::unit_of_work_contract!(library_test_worlds::sqlite_cached_in_process);
}

mod sqlite_cached_in_redis {
    library_testkit::unit_of_work_contract!(library_test_worlds::sqlite_cached_in_redis);
}

mod postgres_cached_in_process {
    library_testkit::unit_of_work_contract!(library_test_worlds::postgres_cached_in_process);
}

mod postgres_cached_in_redis {
    library_testkit::unit_of_work_contract!(library_test_worlds::postgres_cached_in_redis);
}
