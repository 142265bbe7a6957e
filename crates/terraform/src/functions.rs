//! The functions of the language, on values that may be known in part only.

use palisade_app::{FileError, Reason, ReasonKind, Value};
use palisade_core::Origin;

/// What functions need from outside.
pub(crate) trait Outside {
    /// A file, by a path as the configuration writes it.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;
    /// The names of the files of a folder; nothing when it can't be told.
    fn list(&self, folder: &str) -> Option<Vec<String>>;
}

/// The value of a call.
pub(crate) fn call(
    name: &str,
    _arguments: Vec<Value>,
    origin: &Origin,
    outside: &dyn Outside,
) -> Value {
    let _ = outside.list("");
    let _ = outside.read("");
    let reason = Reason::new(ReasonKind::Function, format!("`{name}` is not known"));
    Value::unknown(reason, origin.clone())
}

/// A value within a text.
pub(crate) fn as_text(value: Value) -> Value {
    value
}
