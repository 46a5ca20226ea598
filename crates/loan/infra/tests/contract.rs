//! The loans' repository, held to its port's contract on both databases.

mod sqlite {
    library_testkit::loan_repository_contract!(library_test_worlds::sqlite);
    library_testkit::loan_lists_contract!(library_test_worlds::sqlite);
}

mod postgres {
    library_testkit::loan_repository_contract!(library_test_worlds::postgres);
    library_testkit::loan_lists_contract!(library_test_worlds::postgres);
}
