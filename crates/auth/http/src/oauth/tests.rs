use super::{OAuthError, OAuthErrorBody, OAuthParameters};
use library_shared_domain::DependencyError;
use library_shared_http::{FormBody, Problem};
use rstest::rstest;

const KNOWN: &[&str] = &["grant_type", "scope"];
const MISSING: &str = "The parameter grant_type is missing.";

/// What comes of reading a form and taking `grant_type` from it.
fn taken(parameters: &[(&str, &str)]) -> Result<String, OAuthErrorBody> {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let read = OAuthParameters::read(Ok(FormBody(parameters)), KNOWN);
    read.and_then(|mut parameters| parameters.take("grant_type", MISSING)).map_err(body_of)
}

fn body_of(error: OAuthError) -> OAuthErrorBody {
    match error {
        OAuthError::Refused(body) => body,
        OAuthError::Problem(problem) => panic!("no error of OAuth's: {problem}"),
    }
}

fn invalid_request(error_description: &'static str) -> OAuthErrorBody {
    OAuthErrorBody { error: "invalid_request", error_description }
}

#[rstest]
#[case::alone(&[("grant_type", "password")])]
#[case::among_others(&[("scope", "x"), ("grant_type", "password"), ("theme", "dark")])]
#[case::beside_unknown_ones_that_are_repeated(&[("resource", "a"), ("resource", "b"), ("grant_type", "password")])]
#[case::beside_one_without_a_value(&[("grant_type", ""), ("grant_type", "password")])]
fn a_parameter_that_is_given_once_is_taken(#[case] parameters: &[(&str, &str)]) {
    assert_eq!(taken(parameters), Ok("password".to_owned()));
}

#[rstest]
#[case::nothing(&[])]
#[case::another(&[("scope", "x")])]
#[case::without_a_value(&[("grant_type", "")])]
#[case::in_other_letters(&[("Grant_Type", "password")])]
fn a_parameter_that_is_missing_is_told(#[case] parameters: &[(&str, &str)]) {
    assert_eq!(taken(parameters), Err(invalid_request(MISSING)));
}

#[rstest]
#[case::itself(&[("grant_type", "password"), ("grant_type", "password")])]
#[case::one_that_is_not_used(&[("grant_type", "password"), ("scope", "x"), ("scope", "y")])]
fn a_known_parameter_must_not_be_repeated(#[case] parameters: &[(&str, &str)]) {
    assert_eq!(taken(parameters), Err(invalid_request("A parameter must not be given more than once.")));
}

#[rstest]
#[case::left_out(&[("grant_type", "password")], true)]
#[case::empty(&[("scope", "")], true)]
#[case::blank(&[("scope", " ")], true)]
#[case::one(&[("scope", "books")], false)]
#[case::several(&[("grant_type", "password"), ("scope", " books loans")], false)]
fn no_scope_is_given(#[case] parameters: &[(&str, &str)], #[case] is_fine: bool) {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let parameters = OAuthParameters::read(Ok(FormBody(parameters)), KNOWN).map_err(body_of).expect("parameters");
    let refused = OAuthErrorBody { error: "invalid_scope", error_description: "There are no scopes." };
    assert_eq!(parameters.refuse_scope().map_err(body_of), if is_fine { Ok(()) } else { Err(refused) });
}

#[rstest]
#[case::not_a_form(Problem::unsupported_media_type("a form"), true)]
#[case::broken(Problem::new(actix_web::http::StatusCode::BAD_REQUEST, "broken"), true)]
#[case::too_large(Problem::too_large(1), false)]
#[case::away(DependencyError::unavailable("database", "away").into(), false)]
fn a_body_that_cannot_be_read_is_an_invalid_request_and_what_oauth_has_no_word_for_a_problem(
    #[case] problem: Problem,
    #[case] is_refused: bool,
) {
    let error = OAuthParameters::read(Err(problem), KNOWN).err().expect("an error");
    assert_eq!(matches!(&error, OAuthError::Refused(body) if body.error == "invalid_request"), is_refused);
    assert_eq!(error.into_response().is_ok(), is_refused);
}
