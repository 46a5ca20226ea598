//! The unit of work and the claims of idempotency keys, held to their ports' contracts on both databases; the unit of work bare and
//! behind each cache.

mod sqlite {
    library_testkit::claim_repository_contract!(library_test_worlds::sqlite);
    library_testkit::unit_of_work_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::claim_repository_contract!(library_test_worlds::postgres);
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
