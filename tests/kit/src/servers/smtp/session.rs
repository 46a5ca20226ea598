use std::{
    io::{Error, ErrorKind, Result},
    ops::ControlFlow,
    sync::{Arc, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{Behaviour, ReceivedMail, Shared};

/// A client that says nothing for so long is let go.
const IDLE_LIMIT: Duration = Duration::from_mins(1);

/// One conversation with one client.
pub(super) struct Session {
    shared: Arc<Shared>,
    over_tls: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

/// How a conversation ended that did not break off.
enum End {
    Closed,
    StartTls,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Session {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, over_tls: false, user: None, from: None, to: Vec::new() }
    }

    pub(super) async fn run(mut self, stream: TcpStream) -> Result<()> {
        let mut stream = BufStream::new(stream);
        if self.behaviour() == Behaviour::Silent {
            std::future::pending::<()>().await;
        }
        self.answer(&mut stream, "220 localhost ESMTP").await?;
        if let End::Closed = self.converse(&mut stream).await? {
            return Ok(());
        }
        let shared = Arc::clone(&self.shared);
        let Some(certificates) = &shared.certificates else { return Ok(()) };
        let stream = certificates.acceptor().accept(stream.into_inner()).await?;
        // What was said before it counts no more (RFC 3207).
        self.forget_mail();
        self.over_tls = true;
        self.converse(&mut BufStream::new(stream)).await.map(drop)
    }

    async fn converse(&mut self, stream: &mut BufStream<impl Stream>) -> Result<End> {
        loop {
            let line = read_line(stream).await?;
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.greet(stream).await?,
                "HELO" => self.answer(stream, "250 localhost").await?,
                "STARTTLS" if self.offers_starttls() => {
                    self.answer(stream, "220 go ahead").await?;
                    return Ok(End::StartTls);
                }
                "AUTH" if self.offers_auth() => self.authenticate(stream, argument).await?,
                "MAIL" => self.begin_mail(stream, argument).await?,
                "RCPT" => self.add_recipient(stream, argument).await?,
                "DATA" => {
                    if self.take_data(stream).await?.is_break() {
                        return Ok(End::Closed);
                    }
                }
                "RSET" => {
                    self.forget_mail();
                    self.answer(stream, "250 forgotten").await?;
                }
                "NOOP" => self.answer(stream, "250 nothing done").await?,
                "QUIT" => {
                    self.answer(stream, "221 bye").await?;
                    return Ok(End::Closed);
                }
                _ => self.answer(stream, "502 not implemented").await?,
            }
        }
    }

    async fn greet(&mut self, stream: &mut BufStream<impl Stream>) -> Result<()> {
        self.forget_mail();
        let mut extensions = vec!["localhost", "8BITMIME", "SMTPUTF8"];
        if self.offers_starttls() {
            extensions.push("STARTTLS");
        }
        if self.offers_auth() {
            extensions.push("AUTH PLAIN LOGIN");
        }
        let last = extensions.len() - 1;
        let lines: Vec<_> =
            (0..).zip(&extensions).map(|(i, word)| format!("250{}{word}", if i == last { ' ' } else { '-' })).collect();
        self.answer(stream, &lines.join("\r\n")).await
    }

    async fn authenticate(&mut self, stream: &mut BufStream<impl Stream>, argument: &str) -> Result<()> {
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let response = if initial.is_empty() { self.ask(stream, "334 ").await? } else { decode(initial) };
                // An identity to act for, the user and the password.
                let mut fields = response.split('\0').skip(1).map(ToOwned::to_owned);
                fields.next().zip(fields.next())
            }
            "LOGIN" => {
                let user = if initial.is_empty() { self.ask(stream, "334 VXNlcm5hbWU6").await? } else { decode(initial) };
                Some((user, self.ask(stream, "334 UGFzc3dvcmQ6").await?))
            }
            _ => return self.answer(stream, "504 not that way").await,
        };
        if given.is_some() && given == self.shared.credentials {
            self.user = given.map(|(user, _)| user);
            self.answer(stream, "235 welcome").await
        } else {
            self.answer(stream, "535 5.7.8 wrong user or password").await
        }
    }

    async fn ask(&mut self, stream: &mut BufStream<impl Stream>, question: &str) -> Result<String> {
        self.answer(stream, question).await?;
        Ok(decode(&read_line(stream).await?))
    }

    async fn begin_mail(&mut self, stream: &mut BufStream<impl Stream>, argument: &str) -> Result<()> {
        if self.offers_starttls() {
            return self.answer(stream, "530 5.7.0 STARTTLS first").await;
        }
        if self.shared.credentials.is_some() && self.user.is_none() {
            return self.answer(stream, "530 5.7.0 log in first").await;
        }
        match address(argument, "FROM:") {
            Some(from) if self.from.is_none() => {
                self.from = Some(from);
                self.answer(stream, "250 sender noted").await
            }
            Some(_) => self.answer(stream, "503 one mail at a time").await,
            None => self.answer(stream, "501 MAIL FROM:<address>").await,
        }
    }

    async fn add_recipient(&mut self, stream: &mut BufStream<impl Stream>, argument: &str) -> Result<()> {
        if self.from.is_none() {
            return self.answer(stream, "503 MAIL first").await;
        }
        let Some(to) = address(argument, "TO:") else {
            return self.answer(stream, "501 RCPT TO:<address>").await;
        };
        if self.is_busy() {
            return self.answer(stream, "451 4.3.0 try again later").await;
        }
        if self.behaviour() == Behaviour::RejectRecipient(to.clone()) {
            return self.answer(stream, "550 5.1.1 no such mailbox").await;
        }
        self.to.push(to);
        self.answer(stream, "250 recipient noted").await
    }

    async fn take_data(&mut self, stream: &mut BufStream<impl Stream>) -> Result<ControlFlow<()>> {
        if self.to.is_empty() {
            self.answer(stream, "503 RCPT first").await?;
            return Ok(ControlFlow::Continue(()));
        }
        self.answer(stream, "354 end with a dot").await?;
        let mut data = String::new();
        loop {
            let line = read_line(stream).await?;
            if self.behaviour() == Behaviour::DropDuringData {
                return Ok(ControlFlow::Break(()));
            }
            if line == "." {
                break;
            }
            data += line.strip_prefix('.').unwrap_or(&line);
            data += "\r\n";
        }
        let mail = ReceivedMail {
            from: self.from.take().unwrap_or_default(),
            to: std::mem::take(&mut self.to),
            over_tls: self.over_tls,
            user: self.user.clone(),
            data,
        };
        // Decided before the mail can be seen: who waits for it may change the behaviour at once.
        let loses_the_answer = self.behaviour() == Behaviour::LoseTheAnswer;
        self.shared.mails.send_modify(|mails| mails.push(mail));
        if loses_the_answer {
            return Ok(ControlFlow::Break(()));
        }
        self.answer(stream, "250 taken").await?;
        Ok(ControlFlow::Continue(()))
    }

    fn forget_mail(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn offers_starttls(&self) -> bool {
        self.shared.certificates.is_some() && !self.over_tls
    }

    fn offers_auth(&self) -> bool {
        self.shared.credentials.is_some() && !self.offers_starttls()
    }

    fn behaviour(&self) -> Behaviour {
        self.shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts one refusal down, where refusals are left.
    fn is_busy(&self) -> bool {
        let mut behaviour = self.shared.behaviour.lock().unwrap_or_else(PoisonError::into_inner);
        let Behaviour::Busy(left @ 1..) = &mut *behaviour else { return false };
        *left -= 1;
        true
    }

    async fn answer(&self, stream: &mut BufStream<impl Stream>, text: &str) -> Result<()> {
        match self.behaviour() {
            Behaviour::Slow(delay) => sleep(delay).await,
            Behaviour::Silent => std::future::pending().await,
            _ => {}
        }
        stream.write_all(format!("{text}\r\n").as_bytes()).await?;
        stream.flush().await
    }
}

/// The next line without its end.
async fn read_line(stream: &mut BufStream<impl Stream>) -> Result<String> {
    let mut line = Vec::new();
    if timeout(IDLE_LIMIT, stream.read_until(b'\n', &mut line)).await?? == 0 {
        return Err(Error::from(ErrorKind::UnexpectedEof));
    }
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    Ok(String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned())
}

/// The address in `FROM:<someone@example.com> BODY=8BITMIME`.
fn address(argument: &str, keyword: &str) -> Option<String> {
    let start = argument.get(..keyword.len()).filter(|start| start.eq_ignore_ascii_case(keyword))?;
    let (address, _) = argument[start.len()..].trim_start().strip_prefix('<')?.split_once('>')?;
    Some(address.to_owned())
}

fn decode(base64: &str) -> String {
    STANDARD.decode(base64).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
