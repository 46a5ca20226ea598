//! What a forger makes of a token: no issuer may accept any of it.

/// The token with one of its characters changed, for each of them.
pub fn changed(token: &str) -> impl Iterator<Item = String> {
    (0..token.len()).map(move |position| {
        let mut bytes = token.as_bytes().to_vec();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).expect("a token has ASCII characters alone")
    })
}

/// The token cut to every shorter length, and with something before or after it.
pub fn cut_or_extended(token: &str) -> impl Iterator<Item = String> {
    let cut = (0..token.len()).map(move |length| token[..length].to_owned());
    cut.chain([format!("{token}A"), format!("{token}."), format!("{token}\n"), format!(" {token}"), format!("A{token}")])
}

/// What is no token at all. The last one is a JSON Web Token that says of itself that it needs no signature.
pub const NOT_TOKENS: [&str; 9] =
    ["", ".", "..", "...", "a.b.c", "Bearer", "é", "\0", "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxIn0."];
