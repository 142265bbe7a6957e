//! Applications for tests.

use palisade_app::cfn::{Options, Outcome, read};
use palisade_app::{Application, FileError, Files};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::Missing)
    }
}

/// The application of a template.
pub(crate) fn application(template: &str) -> Application {
    match read(
        "template.yaml",
        template.as_bytes(),
        &NoFiles,
        &Options::default(),
    ) {
        Outcome::Application(app, _) => *app,
        other => panic!("{other:?}"),
    }
}
