use crate::{Client, SOME_TIME, Server};
use library_testkit::{unique_email, unique_isbn};
use serde_json::{Value, json};

/// Every member's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// A member that a test is given.
#[derive(Debug, Clone)]
pub struct Member {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their address, which no other member has.
    pub email: String,
    /// When they registered.
    pub created_at: String,
}

/// What a log-in brings.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

/// A verified member who is logged in.
pub struct Borrower {
    /// Who they are.
    pub member: Member,
    /// A client that presents their access token.
    pub client: Client,
}

impl Member {
    /// The member as the service shows them; they have changed since they registered where they are verified.
    #[must_use]
    pub fn body(&self, is_verified: bool) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "is_verified": is_verified,
            "created_at": self.created_at,
            "updated_at": if is_verified { SOME_TIME } else { &self.created_at },
        })
    }

    /// Their address in the service.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/members/{}", self.id)
    }
}

impl Tokens {
    /// The tokens in an answer of 200.
    #[must_use]
    pub fn of(body: &Value) -> Self {
        Self { access: text(body, "access_token"), refresh: text(body, "refresh_token") }
    }
}

impl Server {
    /// A book in the catalogue.
    pub async fn given_book(&self) -> Value {
        let isbn = unique_isbn();
        let book = json!({"title": "Middlemarch", "author": "George Eliot", "isbn": isbn.as_str(), "description": "A study."});
        self.post("/books", book).await.json_of(201)
    }

    /// A member who has not verified their address.
    pub async fn given_member(&self) -> Member {
        let email = unique_email().as_str().to_owned();
        let name = "Ada Lovelace".to_owned();
        let body = json!({"name": name, "email": email, "password": PASSWORD});
        let registered = self.post("/members", body).await.json_of(201);
        Member { id: text(&registered, "id"), name, email, created_at: text(&registered, "created_at") }
    }

    /// A member who has verified their address, with the token that was mailed to them.
    pub async fn given_verified_member(&self) -> Member {
        let member = self.given_member().await;
        self.verify(&member).await;
        member
    }

    /// So many verified members who are logged in, each with connections of their own.
    pub async fn given_borrowers(&self, count: usize) -> Vec<Borrower> {
        let mut members = Vec::new();
        for _ in 0..count {
            members.push(self.given_member().await);
        }
        // Only now, so that the mails are waited for once.
        let mut borrowers = Vec::new();
        for member in members {
            self.verify(&member).await;
            let tokens = self.given_login(&member).await;
            borrowers.push(Borrower { client: self.another().with_token(&tokens.access), member });
        }
        borrowers
    }

    /// Verifies a member's address, with the token that was mailed to them.
    pub async fn verify(&self, member: &Member) {
        let token = self.mailed_token(member).await;
        self.post("/members/verify", json!({"token": token})).await.assert_is(200, &member.body(true));
    }

    /// The verification token in the mail that is printed for this member.
    pub async fn mailed_token(&self, member: &Member) -> String {
        let mail = self.log().wait_for("email_skipped_no_smtp", |mail| mail["recipient"] == member.email).await;
        token_in(mail["body"].as_str().expect("a text"))
    }

    /// The token that is mailed to a member who asks for a new password.
    pub async fn mailed_reset_token(&self, member: &Member) -> String {
        self.post("/auth/password/forgot", json!({"email": member.email})).await.assert_status(202);
        token_in(&self.mail_with(&member.email, "/auth/password/reset?token=").await)
    }

    /// The texts of the mails that have been printed for this address so far, the first first.
    #[must_use]
    pub fn mails_to(&self, email: &str) -> Vec<String> {
        let mails = self.log().events_named("email_skipped_no_smtp").into_iter().filter(|mail| mail["recipient"] == email);
        mails.map(|mail| text(&mail, "body")).collect()
    }

    /// The text of the first mail to this address that holds this, as soon as it is printed.
    pub async fn mail_with(&self, email: &str, part: &str) -> String {
        let holds = |mail: &Value| mail["recipient"] == email && mail["body"].as_str().is_some_and(|body| body.contains(part));
        text(&self.log().wait_for("email_skipped_no_smtp", holds).await, "body")
    }

    /// The tokens of this member's new session.
    pub async fn given_login(&self, member: &Member) -> Tokens {
        let body = json!({"email": member.email, "password": PASSWORD});
        Tokens::of(&self.post("/auth/login", body).await.json_of(200))
    }

    /// A verified member who is logged in.
    pub async fn given_borrower(&self) -> Borrower {
        let member = self.given_verified_member().await;
        let tokens = self.given_login(&member).await;
        Borrower { client: self.with_token(&tokens.access), member }
    }

    /// An open loan of this book to this borrower.
    pub async fn given_loan(&self, borrower: &Borrower, book: &Value) -> Value {
        let body = json!({"book_id": book["id"], "member_id": borrower.member.id});
        borrower.client.post("/loans", body).await.json_of(201)
    }
}

/// The token of the link in a mail.
///
/// # Panics
/// When there is no link.
#[must_use]
pub fn token_in(mail: &str) -> String {
    let (_, token) = mail.split_once("?token=").expect("a mail holds a link");
    token.split_whitespace().next().expect("a link holds a token").to_owned()
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("no {field} in {body}")).to_owned()
}
