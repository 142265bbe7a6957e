//! Why a command could not do its work, and the exit code that says so.

use std::process::ExitCode;

/// Exit codes that users script against.
pub(crate) mod code {
    /// Findings at or above the threshold, a denial, a failed verification.
    pub(crate) const FOUND: u8 = 1;
    /// A usage or configuration error.
    pub(crate) const USAGE: u8 = 2;
    /// Some input could not be read.
    pub(crate) const UNREADABLE: u8 = 3;
    /// An internal or storage error.
    pub(crate) const INTERNAL: u8 = 4;
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct CommandError {
    message: String,
    code: u8,
}

impl CommandError {
    /// The command line or a configuration file is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: code::USAGE,
        }
    }

    /// Some input could not be read.
    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: code::UNREADABLE,
        }
    }

    /// Something is not what was signed or recorded.
    pub(crate) fn unverified(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: code::FOUND,
        }
    }

    /// What was asked for may not be done.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: code::FOUND,
        }
    }

    /// Something failed that should not.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: code::INTERNAL,
        }
    }

    /// The exit code that says so.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}
