//! Applications for tests.

use palisade_app::cfn::{Options, Outcome, read};
use palisade_app::{Application, FileError, Files};
use std::collections::BTreeMap;

/// Files in memory.
pub(crate) struct Folder(BTreeMap<String, String>);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self(files.iter().map(owned).collect())
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.0.get(path).ok_or(FileError::Missing)?;
        Ok(text.clone().into_bytes())
    }
}

/// The application of a template.
pub(crate) fn application(template: &str) -> Application {
    application_in(&Folder::new(&[("template.yaml", template)]))
}

/// The application of the folder's `template.yaml`.
pub(crate) fn application_in(files: &Folder) -> Application {
    let template = files.read("template.yaml").expect("template.yaml");
    match read("template.yaml", &template, files, &Options::default()) {
        Outcome::Application(app, _) => *app,
        other => panic!("{other:?}"),
    }
}
