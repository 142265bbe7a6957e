//! What becomes of services, held against what the framework deploys.

mod broken;
mod events;
mod functions;
mod permissions;
mod service;

use crate::{Options, read};
use palisade_app::cfn::Outcome;
use palisade_app::{Application, FileError, Files};
use palisade_core::Problem;
use std::collections::BTreeMap;

/// Files in memory, by path.
#[derive(Default)]
pub(crate) struct Folder(pub(crate) BTreeMap<String, String>);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let owned = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self(owned.collect())
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.0.get(path).ok_or(FileError::Missing)?;
        Ok(text.clone().into_bytes())
    }
}

/// The application in these files.
pub(crate) fn service_in(files: &Folder, options: &Options) -> (Application, Vec<Problem>) {
    let path = "serverless.yml";
    let bytes = files.read(path).unwrap();
    match read(path, &bytes, files, options) {
        Outcome::Application(app, problems) => (*app, problems),
        other => panic!("no application: {other:?}"),
    }
}

/// The application of a service whose text this is; nothing is wrong with it.
pub(crate) fn service(text: &str) -> Application {
    let files = Folder::new(&[("serverless.yml", text)]);
    let (app, problems) = service_in(&files, &Options::default());
    assert_eq!(problems, [], "{text}");
    app
}

/// Everything that stands at a path of a resource, as text.
pub(crate) fn shown(app: &Application, id: &str, path: &str) -> String {
    let ids = || app.resources().map(|r| &*r.id).collect::<Vec<_>>();
    let resource = app
        .resource(id)
        .unwrap_or_else(|| panic!("no `{id}` in {:?}", ids()));
    let values = resource.at(path);
    let texts: Vec<String> = values.iter().map(|leaf| leaf.value.display()).collect();
    texts.join(", ")
}

/// Each line is `Id: Type`, or `Id path = value`, or `- Id` for one that must not be there.
pub(crate) fn check(app: &Application, expected: &str) {
    for line in expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if let Some(id) = line.strip_prefix("- ") {
            assert!(app.resource(id).is_none(), "{line}");
        } else if let Some((place, value)) = line.split_once(" = ") {
            let (id, path) = place.split_once(' ').unwrap();
            assert_eq!(shown(app, id, path), value, "{line}");
        } else {
            let (id, kind) = line.split_once(": ").unwrap();
            let found = app.resource(id).map(|resource| &*resource.kind);
            let ids = || app.resources().map(|r| &*r.id).collect::<Vec<_>>();
            assert_eq!(found, Some(kind), "{line}: {:?}", ids());
        }
    }
}
