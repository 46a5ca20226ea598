//! The sessions' repository, held to its port's contract on both databases.

mod sqlite {
    library_testkit::refresh_token_repository_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::refresh_token_repository_contract!(library_test_worlds::postgres);
}
