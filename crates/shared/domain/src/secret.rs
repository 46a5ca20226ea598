#[doc(hidden)]
pub use secrecy::{ExposeSecret, SecretString};

/// Declares a value that holds a secret text: it is wiped from memory when it is dropped, and never printed.
///
/// ```
/// library_shared_domain::secret_text! {
///     /// Opens the door.
///     pub struct DoorCode;
/// }
/// let code = DoorCode::from_text("1234".to_owned());
/// assert_eq!(code.expose(), "1234");
/// assert!(!format!("{code:?}").contains("1234"));
/// ```
#[macro_export]
macro_rules! secret_text {
    ($(#[$doc:meta])* pub struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name($crate::secret::SecretString);

        impl $name {
            /// The secret of this text.
            #[must_use]
            pub fn from_text(text: String) -> Self {
                Self(text.into())
            }

            /// The text, for whoever must have it: name them where you call this.
            #[must_use]
            pub fn expose(&self) -> &str {
                $crate::secret::ExposeSecret::expose_secret(&self.0)
            }
        }
    };
}
