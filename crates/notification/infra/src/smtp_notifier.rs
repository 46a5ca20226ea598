use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    address::AddressError,
    message::{Mailbox, Message as Mail, header::ContentType},
    transport::smtp::{
        Error as SmtpError,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use library_notification_domain::{DeliveryError, Message, Notifier};
use library_shared_domain::NotificationId;
use std::{error::Error as _, time::Duration};

/// The reply of a server that is about to close the connection, whatever it was asked (RFC 5321, section 3.8).
const CLOSING: &str = "421";

/// How rustls begins what it says of a certificate.
const REFUSED_CERTIFICATE: &str = "invalid peer certificate: ";

/// Sends messages as mails (RFC 5321).
pub struct SmtpNotifier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
    limit: Duration,
}

/// Which mail server, and how to talk to it.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its host name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who the mails are from.
    pub from: String,
    /// A user's name and password, where the server wants them.
    pub credentials: Option<(String, String)>,
    /// Whether to insist on STARTTLS (RFC 3207). Without it, the conversation is not encrypted.
    pub use_tls: bool,
    /// A certificate authority (PEM) that is trusted besides the machine's own.
    pub extra_root_certificate: Option<Vec<u8>>,
    /// How long sending one mail may take in all.
    pub limit: Duration,
}

impl SmtpSettings {
    /// A limit that is longer than a mail takes, and shorter than the lease of a worker.
    pub const DEFAULT_LIMIT: Duration = Duration::from_secs(20);
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSmtpSettings {
    /// The sender is no address.
    #[error("the sender is not an email address")]
    From(#[source] AddressError),
    /// The certificate or the host name cannot be used for TLS.
    #[error("TLS cannot be set up")]
    Tls(#[source] SmtpError),
}

impl SmtpNotifier {
    /// A notifier that talks to this server. No connection is made before there is something to send.
    ///
    /// # Errors
    /// Where the settings cannot be used.
    pub fn new(settings: &SmtpSettings) -> Result<Self, InvalidSmtpSettings> {
        let from: Mailbox = settings.from.parse().map_err(InvalidSmtpSettings::From)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .timeout(Some(settings.limit));
        if settings.use_tls {
            let mut tls = TlsParameters::builder(settings.host.clone());
            if let Some(pem) = &settings.extra_root_certificate {
                tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(InvalidSmtpSettings::Tls)?);
            }
            builder = builder.tls(Tls::Required(tls.build().map_err(InvalidSmtpSettings::Tls)?));
        }
        if let Some((user, password)) = &settings.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        let domain = from.email.domain().to_owned();
        Ok(Self { transport: builder.build(), from, domain, limit: settings.limit })
    }

    /// Whether mails can be from this sender: an address, or a name and an address in angle brackets.
    #[must_use]
    pub fn is_sender(text: &str) -> bool {
        text.parse::<Mailbox>().is_ok()
    }

    fn mail(&self, id: NotificationId, message: &Message) -> Result<Mail, DeliveryError> {
        let rejected = |reason: &str| DeliveryError::Rejected { reason: reason.to_owned() };
        let address = message.recipient.address.parse().map_err(|_| rejected("the address cannot be written into a mail"))?;
        Mail::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(message.notification.subject.as_str())
            // The same for every attempt, so that the recipient's side can recognise a repeat.
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .header(ContentType::TEXT_PLAIN)
            .body(message.notification.body.as_str().to_owned())
            .map_err(|_| rejected("the mail cannot be written"))
    }
}

#[async_trait]
impl Notifier for SmtpNotifier {
    /// Connects, and asks for nothing (NOOP, RFC 5321, section 4.1.1.9).
    async fn is_ready(&self) -> bool {
        let asked = tokio::time::timeout(self.limit, self.transport.test_connection()).await;
        matches!(asked, Ok(Ok(true)))
    }

    async fn send(&self, id: NotificationId, message: &Message) -> Result<(), DeliveryError> {
        let mail = self.mail(id, message)?;
        match tokio::time::timeout(self.limit, self.transport.send(mail)).await {
            Ok(Ok(_)) => {
                tracing::info!(notification_id = %id, "email_sent");
                Ok(())
            }
            Ok(Err(error)) => Err(delivery_error(&error)),
            Err(_) => Err(DeliveryError::Unavailable { reason: "the mail server took too long".to_owned() }),
        }
    }
}

/// What went wrong, without the server's own words: these often repeat the address.
fn delivery_error(error: &SmtpError) -> DeliveryError {
    if let Some(code) = error.status().map(|code| code.to_string()) {
        let reason = format!("the mail server answered {code}");
        return match code.as_str() {
            CLOSING => DeliveryError::Unavailable { reason },
            _ if error.is_permanent() => DeliveryError::Rejected { reason },
            _ => DeliveryError::Deferred { reason },
        };
    }
    if let Some(refusal) = refused_certificate(error) {
        return DeliveryError::Unavailable { reason: format!("the mail server's certificate was refused: {refusal}") };
    }
    let reason = if error.is_timeout() {
        "the mail server did not answer in time"
    } else if error.is_tls() {
        "the connection to the mail server could not be encrypted"
    } else if error.is_client() {
        "the mail server does not offer what the settings ask for"
    } else if error.is_response() {
        "the mail server answered nonsense"
    } else {
        "the mail server cannot be reached or broke off"
    };
    DeliveryError::Unavailable { reason: reason.to_owned() }
}

/// What is wrong with the server's certificate, where that was it. The words are those of the library that judges it, not the server's.
fn refused_certificate(error: &SmtpError) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some((_, why)) = error.to_string().split_once(REFUSED_CERTIFICATE) {
            return Some(why.to_owned());
        }
        cause = error.source();
    }
    None
}
