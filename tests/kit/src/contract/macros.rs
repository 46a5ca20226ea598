/// Makes a test of every rule that is named; the suites' own macros are written with it.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    (worlds from $open:path, $suite:ident: $($rule:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                $crate::contract::$suite::$rule($open().await).await;
            }
        )+
    };
    (async with $open:path, $suite:ident: $($rule:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $rule() {
                $crate::contract::$suite::$rule($open()).await;
            }
        )+
    };
    (with $open:path, $suite:ident: $($rule:ident),+ $(,)?) => {
        $(
            #[test]
            fn $rule() {
                $crate::contract::$suite::$rule($open);
            }
        )+
    };
}

/// Asserts that a value has a shape, and shows it where it has another.
macro_rules! assert_shape {
    ($value:expr, $shape:pat $(if $guard:expr)? $(,)?) => {
        match $value {
            $shape $(if $guard)? => {}
            other => panic!("expected {}, got {other:?}", stringify!($shape $(if $guard)?)),
        }
    };
}

pub(super) use assert_shape;
