//! The members' adapters, held to their ports' contracts on both databases, bare and behind each cache.

mod sqlite {
    library_testkit::member_repository_contract!(library_test_worlds::sqlite);
    library_testkit::member_lists_contract!(library_test_worlds::sqlite);
    library_testkit::credential_repository_contract!(library_test_worlds::sqlite);
    library_testkit::account_directory_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::member_repository_contract!(library_test_worlds::postgres);
    library_testkit::member_lists_contract!(library_test_worlds::postgres);
    library_testkit::credential_repository_contract!(library_test_worlds::postgres);
    library_testkit::account_directory_contract!(library_test_worlds::postgres);
}

mod sqlite_cached_in_process {
    library_testkit::member_repository_contract!(library_test_worlds::sqlite_cached_in_process);
    library_testkit::credential_repository_contract!(library_test_worlds::sqlite_cached_in_process);
    library_testkit::account_directory_contract!(library_test_worlds::sqlite_cached_in_process);
}

mod sqlite_cached_in_redis {
    library_testkit::member_repository_contract!(library_test_worlds::sqlite_cached_in_redis);
    library_testkit::credential_repository_contract!(library_test_worlds::sqlite_cached_in_redis);
    library_testkit::account_directory_contract!(library_test_worlds::sqlite_cached_in_redis);
}

mod postgres_cached_in_process {
    library_testkit::member_repository_contract!(library_test_worlds::postgres_cached_in_process);
    library_testkit::credential_repository_contract!(library_test_worlds::postgres_cached_in_process);
    library_testkit::account_directory_contract!(library_test_worlds::postgres_cached_in_process);
}

mod postgres_cached_in_redis {
    library_testkit::member_repository_contract!(library_test_worlds::postgres_cached_in_redis);
    library_testkit::credential_repository_contract!(library_test_worlds::postgres_cached_in_redis);
    library_testkit::account_directory_contract!(library_test_worlds::postgres_cached_in_redis);
}
