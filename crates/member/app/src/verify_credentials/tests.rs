use super::VerifyCredentials;
use library_auth_domain::{CredentialVerifier, VerifyCredentialsError};
use library_member_domain::{Credentials, Member, PasswordHasher};
use library_shared_domain::{DependencyError, MemberId};
use library_testkit::{FakePasswordHasher, InMemoryLibrary, Port, Repositories, a_member, a_password, credentials_of};
use rstest::rstest;
use secrecy::SecretString;
use std::sync::Arc;

/// A library with one member, and the means to check credentials there.
struct Desk {
    library: InMemoryLibrary,
    hasher: Arc<FakePasswordHasher>,
    member: Member,
    verify_credentials: VerifyCredentials,
}

const ADDRESS: &str = "Ada@example.com";

async fn a_desk() -> Desk {
    let (library, hasher) = (InMemoryLibrary::new(), Arc::new(FakePasswordHasher::new()));
    let member = Repositories::from(&library).given_member(a_member().with_email(ADDRESS)).await;
    let password_hash = hasher.hash(&a_password()).await.expect("hashed");
    let credentials = Credentials { member_id: member.id(), password_hash };
    library.credentials().create(&credentials).await.expect("kept");
    let verify_credentials = VerifyCredentials::new(library.members(), library.credentials(), hasher.clone());
    Desk { library, hasher, member, verify_credentials }
}

impl Desk {
    async fn verify(&self, email: &str, password: &SecretString) -> Result<Option<MemberId>, VerifyCredentialsError> {
        let verified = self.verify_credentials.verify(email, password).await?;
        Ok(verified.map(|verified| verified.member_id))
    }
}

fn another_password() -> SecretString {
    "another password".into()
}

#[rstest]
#[case::as_registered(ADDRESS)]
#[case::in_lower_case("ada@example.com")]
#[case::in_upper_case("ADA@EXAMPLE.COM")]
#[case::with_space_around("  ada@example.com ")]
#[tokio::test]
async fn the_right_password_tells_whose_address_it_is_in_whatever_case(#[case] email: &str) {
    let desk = a_desk().await;
    let found = desk.verify(email, a_password().secret()).await.expect("judged");
    assert_eq!(found, Some(desk.member.id()));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_answer_alike() {
    let desk = a_desk().await;
    assert_eq!(desk.verify(ADDRESS, &another_password()).await.expect("judged"), None);
    assert_eq!(desk.verify("nobody@example.com", a_password().secret()).await.expect("judged"), None);
    assert_eq!(desk.verify("nobody@example.com", &"".into()).await.expect("judged"), None);
}

#[tokio::test]
async fn a_password_is_still_good_until_another_is_set_be_it_the_same() {
    let desk = a_desk().await;
    let verified = desk.verify_credentials.verify(ADDRESS, a_password().secret()).await.expect("judged").expect("verified");
    let is_still_good = async || desk.verify_credentials.still_good(&verified).await;
    assert!(is_still_good().await.expect("answered"));
    desk.library.fail_next(Port::Credentials);
    is_still_good().await.expect_err("unavailable");
    let credentials = desk.library.credentials();
    let current = credentials.find_by_member(desk.member.id()).await.expect("looked up").expect("credentials");
    let same = desk.hasher.hash(&a_password()).await.expect("hashed");
    credentials.replace(&current, &same).await.expect("replaced");
    assert!(!is_still_good().await.expect("answered"));
    assert!(!format!("{verified:?}").contains(current.password_hash.expose()));
}

#[rstest]
#[case::right(ADDRESS, a_password().secret().clone())]
#[case::wrong_password(ADDRESS, another_password())]
#[case::unknown_address("nobody@example.com", a_password().secret().clone())]
#[tokio::test]
async fn every_answer_takes_the_work_of_one_check(#[case] email: &str, #[case] password: SecretString) {
    let desk = a_desk().await;
    let hashed_before = desk.hasher.hash_calls();
    desk.verify(email, &password).await.expect("judged");
    assert_eq!((desk.hasher.verify_calls(), desk.hasher.hash_calls() - hashed_before), (1, 0));
}

#[tokio::test]
async fn a_member_without_credentials_answers_after_the_same_work() {
    let desk = a_desk().await;
    let member = Repositories::from(&desk.library).given_member(a_member()).await;
    let found = desk.verify(member.email().as_str(), a_password().secret()).await.expect("judged");
    assert_eq!((found, desk.hasher.verify_calls()), (None, 1));
}

#[tokio::test]
async fn the_password_of_another_member_opens_nothing() {
    let desk = a_desk().await;
    let other = Repositories::from(&desk.library).given_member(a_member()).await;
    let password_hash = desk.hasher.hash(&a_password()).await.expect("hashed");
    let credentials = Credentials { member_id: other.id(), password_hash };
    desk.library.credentials().create(&credentials).await.expect("kept");
    let found = desk.verify(other.email().as_str(), a_password().secret()).await.expect("judged");
    assert_eq!(found, Some(other.id()));
    assert_eq!(desk.verify(other.email().as_str(), &another_password()).await.expect("judged"), None);
}

#[rstest]
#[case("")]
#[case("ada")]
#[case("ada@example")]
#[case("ada@example.com\u{0}")]
#[tokio::test]
async fn what_is_no_address_is_not_judged(#[case] email: &str) {
    let desk = a_desk().await;
    desk.library.go_offline();
    let error = desk.verify(email, a_password().secret()).await.expect_err("no address");
    assert!(matches!(&error, VerifyCredentialsError::NotAnAddress { rule } if rule.starts_with("must ")), "{error:?}");
    assert_eq!(desk.hasher.verify_calls(), 0);
}

#[rstest]
#[case(Port::Members)]
#[case(Port::Credentials)]
#[tokio::test]
async fn a_failing_store_is_not_taken_for_wrong_credentials(#[case] port: Port) {
    let desk = a_desk().await;
    desk.library.fail_next(port);
    let error = desk.verify(ADDRESS, a_password().secret()).await.expect_err("unavailable");
    assert!(matches!(error, VerifyCredentialsError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
}

#[tokio::test]
async fn a_failing_hasher_is_not_taken_for_a_wrong_password() {
    let desk = a_desk().await;
    desk.hasher.fail_next();
    let error = desk.verify(ADDRESS, a_password().secret()).await.expect_err("unavailable");
    assert!(matches!(error, VerifyCredentialsError::Dependency(DependencyError::Unavailable { .. })), "{error:?}");
}

#[tokio::test]
async fn a_hash_that_cannot_be_read_is_a_fault_of_ours() {
    let desk = a_desk().await;
    let member = Repositories::from(&desk.library).given_member(a_member()).await;
    desk.library.credentials().create(&credentials_of(&member)).await.expect("kept");
    let error = desk.verify(member.email().as_str(), a_password().secret()).await.expect_err("failed");
    assert!(matches!(error, VerifyCredentialsError::Dependency(DependencyError::Failed { .. })), "{error:?}");
}
