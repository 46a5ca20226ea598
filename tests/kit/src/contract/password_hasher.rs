//! What a `PasswordHasher` promises.

use super::macros::assert_shape;
use crate::builders::a_password;
use library_member_domain::{Password, PasswordHash, PasswordHasher};
use library_shared_domain::DependencyError;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// Runs the suite over the hashers that `$open`, a `fn() -> Arc<dyn PasswordHasher>`, makes.
#[macro_export]
macro_rules! password_hasher_contract {
    ($open:path) => {
        $crate::contract_tests! { async with $open, password_hasher:
            a_password_verifies_against_its_own_hash,
            another_password_does_not_verify,
            a_password_is_taken_to_the_last_character_and_not_trimmed,
            two_hashes_of_one_password_differ,
            a_hash_does_not_show_its_password,
            a_hash_that_cannot_be_read_is_an_error,
            no_password_is_behind_the_decoy,
            the_decoy_costs_as_much_as_a_hash,
            many_passwords_are_hashed_at_once,
        }
    };
}

pub async fn a_password_verifies_against_its_own_hash(hasher: Arc<dyn PasswordHasher>) {
    let longest = "🔑".repeat(Password::MAXIMUM_LENGTH);
    for text in ["12345678", "  spaces around  ", "пароль-с-юникодом", "$argon2id$ , = \\ ' \"", &longest] {
        let password = Password::parse(text).expect("a password");
        let hash = hasher.hash(&password).await.expect("hashed");
        assert!(hasher.verify(password.secret(), &hash).await.expect("checked"), "{text:?}");
    }
}

pub async fn another_password_does_not_verify(hasher: Arc<dyn PasswordHasher>) {
    let hash = hasher.hash(&Password::parse("correct horse").expect("a password")).await.expect("hashed");
    for text in ["", "correct", "correct horsE", "Correct horse", "correct horse correct horse", "wrong horses", "esroh tcerroc"]
    {
        assert!(!hasher.verify(&SecretString::from(text), &hash).await.expect("checked"), "{text:?}");
    }
}

pub async fn a_password_is_taken_to_the_last_character_and_not_trimmed(hasher: Arc<dyn PasswordHasher>) {
    let text = format!("{}x", "ü".repeat(Password::MAXIMUM_LENGTH - 1));
    let hash = hasher.hash(&Password::parse(&text).expect("a password")).await.expect("hashed");
    for (other, what) in [(text.replace('x', "y"), "another last character"), (text.replace('x', ""), "no last character")] {
        assert!(!hasher.verify(&SecretString::from(other), &hash).await.expect("checked"), "{what}");
    }
    let hash = hasher.hash(&Password::parse("password").expect("a password")).await.expect("hashed");
    for other in [" password", "password ", "password\n", "password\0"] {
        assert!(!hasher.verify(&SecretString::from(other), &hash).await.expect("checked"), "{other:?}");
    }
}

pub async fn two_hashes_of_one_password_differ(hasher: Arc<dyn PasswordHasher>) {
    let first = hasher.hash(&a_password()).await.expect("hashed");
    let second = hasher.hash(&a_password()).await.expect("hashed");
    assert_ne!(first.expose(), second.expose());
    for hash in [first, second] {
        assert!(hasher.verify(a_password().secret(), &hash).await.expect("checked"));
    }
}

pub async fn a_hash_does_not_show_its_password(hasher: Arc<dyn PasswordHasher>) {
    let hash = hasher.hash(&a_password()).await.expect("hashed");
    assert!(hash.expose().starts_with('$'), "it names its algorithm, in the PHC string format");
    assert!(!hash.expose().contains(a_password().secret().expose_secret()));
}

pub async fn a_hash_that_cannot_be_read_is_an_error(hasher: Arc<dyn PasswordHasher>) {
    for text in ["", "plain text", "$", "$$$", "$unknown$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"] {
        let hash = PasswordHash::from_phc(text.to_owned());
        assert_shape!(hasher.verify(a_password().secret(), &hash).await, Err(DependencyError::Failed { .. }));
    }
}

pub async fn no_password_is_behind_the_decoy(hasher: Arc<dyn PasswordHasher>) {
    let decoy = hasher.decoy();
    for text in ["", "decoy", "password", a_password().secret().expose_secret(), decoy.expose()] {
        assert!(!hasher.verify(&SecretString::from(text), &decoy).await.expect("the decoy can be read"), "{text:?}");
    }
}

pub async fn the_decoy_costs_as_much_as_a_hash(hasher: Arc<dyn PasswordHasher>) {
    let hash = hasher.hash(&a_password()).await.expect("hashed");
    assert_eq!(cost(&hasher.decoy()), cost(&hash));
}

pub async fn many_passwords_are_hashed_at_once(hasher: Arc<dyn PasswordHasher>) {
    let passwords = (0..16).map(|number| Password::parse(&format!("password {number}")).expect("a password"));
    let running: Vec<_> = passwords
        .map(|password| {
            let hasher = Arc::clone(&hasher);
            tokio::spawn(async move {
                let hash = hasher.hash(&password).await.expect("hashed");
                hasher.verify(password.secret(), &hash).await.expect("checked")
            })
        })
        .collect();
    for task in running {
        assert!(task.await.expect("the task runs to its end"));
    }
}

/// The algorithm and its parameters: all of a PHC string before the salt and the hash.
fn cost(hash: &PasswordHash) -> String {
    let fields: Vec<_> = hash.expose().split('$').collect();
    fields[..fields.len() - 2].join("$")
}
