use base64::{Engine, engine::general_purpose::STANDARD};

/// A mail as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// The sender in the envelope (`MAIL FROM`).
    pub from: String,
    /// The recipients in the envelope (`RCPT TO`) that were taken.
    pub to: Vec<String>,
    /// Whether it came over TLS.
    pub over_tls: bool,
    /// Who had logged in.
    pub user: Option<String>,
    /// Headers and body as sent, lines ending in CRLF, without the dots of the transport.
    pub data: String,
}

impl ReceivedMail {
    /// The value of the first header of this name, in whatever case, on one line.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.parts().0.replace("\r\n ", " ").replace("\r\n\t", " ");
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// The body as its writer wrote it: decoded from quoted-printable or base64, lines ending in LF.
    ///
    /// # Panics
    /// When the body is not what its header says.
    #[must_use]
    pub fn text(&self) -> String {
        let body = self.parts().1;
        let encoding = self.header("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase();
        let bytes = match encoding.as_str() {
            "quoted-printable" => decode_quoted_printable(body),
            "base64" => {
                let digits: String = body.split_ascii_whitespace().collect();
                STANDARD.decode(digits).expect("a mail that says it is base64 is")
            }
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    }

    fn parts(&self) -> (&str, &str) {
        self.data.split_once("\r\n\r\n").unwrap_or((&self.data, ""))
    }
}

fn decode_quoted_printable(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        bytes.extend(before.as_bytes());
        rest = if let Some(next_line) = after.strip_prefix("\r\n") {
            next_line
        } else {
            let digits = after.get(..2).expect("an equals sign is followed by two digits or a line end");
            bytes.push(u8::from_str_radix(digits, 16).expect("they are hexadecimal"));
            &after[2..]
        };
    }
    bytes.extend(rest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(data: &str) -> ReceivedMail {
        ReceivedMail { from: String::new(), to: Vec::new(), over_tls: false, user: None, data: data.to_owned() }
    }

    #[test]
    fn a_folded_header_is_read_as_one_line() {
        let mail = mail("To: a@example.com\r\nSubject: Welcome\r\n to the library\r\n\r\nSubject: no header");
        assert_eq!(mail.header("subject").as_deref(), Some("Welcome to the library"));
        assert_eq!(mail.header("X-Missing"), None);
    }

    #[test]
    fn a_body_is_decoded_from_what_its_header_says() {
        assert_eq!(mail("Subject: x\r\n\r\none\r\ntwo=20\r\n").text(), "one\ntwo=20\n");
        let quoted = mail("Content-Transfer-Encoding: quoted-printable\r\n\r\n?token=3Dab=\r\nc caf=C3=A9\r\n");
        assert_eq!(quoted.text(), "?token=abc café\n");
        let base64 = mail("Content-Transfer-Encoding: base64\r\n\r\nY2Fm\r\nw6k=\r\n");
        assert_eq!(base64.text(), "café");
    }
}
