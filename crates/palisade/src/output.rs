//! Where reports go: standard output or a file.

use crate::failure::CommandError;
use std::io::Write as _;
use std::path::Path;

/// Writes a report. A reader that went away (`palisade scan | head`) is no error.
pub(crate) fn write(to: Option<&Path>, text: &str) -> Result<(), CommandError> {
    let Some(path) = to else {
        let result = std::io::stdout().lock().write_all(text.as_bytes());
        return match result {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(
                CommandError::internal(format!("writing the report: {error}")),
            ),
            _ => Ok(()),
        };
    };
    std::fs::write(path, text)
        .map_err(|error| CommandError::usage(format!("`{}`: {error}", path.display())))
}
