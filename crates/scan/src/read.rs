//! What languages there are: a file or a folder to an application, whichever front end knows it.

use palisade_app::cfn::{self, Outcome};
use palisade_app::{Application, Files, Language, account};
use std::collections::{BTreeMap, BTreeSet};

/// What an application is read from.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A file.
    File {
        /// Its path, relative to the root of the tree.
        path: &'a str,
        /// What is in it.
        bytes: &'a [u8],
        /// The user named this very file.
        named: bool,
    },
    /// A folder of Terraform configuration; its path, relative to the root of the tree.
    Folder(&'a str),
}

impl<'a> Input<'a> {
    /// A file that the user named.
    #[must_use]
    pub fn named(path: &'a str, bytes: &'a [u8]) -> Self {
        Self::File {
            path,
            bytes,
            named: true,
        }
    }

    /// The file or folder.
    #[must_use]
    pub fn path(self) -> &'a str {
        match self {
            Self::File { path, .. } | Self::Folder(path) => path,
        }
    }

    /// The user named this very file.
    #[must_use]
    pub fn is_named(self) -> bool {
        matches!(self, Self::File { named: true, .. })
    }
}

/// What is given to templates from outside.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Parameters of CloudFormation and SAM, variables of Terraform.
    pub parameters: BTreeMap<String, String>,
    /// Files of Terraform's variables, relative to the root of the tree.
    pub variable_files: Vec<String>,
    /// The stage of services of the Serverless Framework.
    pub stage: Option<String>,
    /// Values of `${opt:…}` of the Serverless Framework.
    pub options: BTreeMap<String, String>,
    /// Values of `${env:…}` of the Serverless Framework; the environment of the machine is never
    /// asked.
    pub environment: BTreeMap<String, String>,
}

impl Given {
    /// Those names for which a value is given and that an application's texts mention.
    pub(crate) fn mentioned(&self, app: &Application) -> BTreeSet<String> {
        let serverless = app.language == Language::Serverless;
        let of_services = self.options.keys().chain(self.environment.keys());
        let names = self.parameters.keys();
        names
            .chain(of_services.filter(|_| serverless))
            .filter(|name| {
                let mut files = app.sources.files();
                files.any(|(id, _)| app.sources.text(id).contains(name.as_str()))
            })
            .cloned()
            .collect()
    }
}

/// Reads an application.
#[must_use]
pub fn read(input: Input<'_>, files: &dyn Files, given: &Given) -> Outcome {
    match input {
        Input::Folder(path) => palisade_terraform::read(
            path,
            files,
            &palisade_terraform::Options {
                variables: given.parameters.clone(),
                files: given.variable_files.clone(),
            },
        ),
        Input::File { path, bytes, named } if named && account::looks_like(bytes) => {
            account::read(path, bytes)
        }
        Input::File { path, bytes, named }
            if named && palisade_terraform::looks_like_plan(bytes) =>
        {
            palisade_terraform::read_plan(path, bytes)
        }
        Input::File { path, bytes, named } => template_or_service(path, bytes, named, files, given),
    }
}

/// A service of Serverless Framework is known by its name, or by what is in it when the user named
/// it.
fn template_or_service(
    path: &str,
    bytes: &[u8],
    named: bool,
    files: &dyn Files,
    given: &Given,
) -> Outcome {
    let stage = (given.stage.as_ref())
        .or(given.options.get("stage"))
        .or(given.parameters.get("stage"));
    let service = || {
        let options = palisade_serverless::Options {
            stage: stage.cloned(),
            parameters: (given.parameters.iter())
                .chain(&given.options)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            env: given.environment.clone(),
        };
        palisade_serverless::read(path, bytes, files, &options)
    };
    let template = || {
        let options = cfn::Options {
            parameters: given.parameters.clone(),
        };
        cfn::read(path, bytes, files, &options)
    };
    if palisade_serverless::looks_like(path, bytes) {
        return match service() {
            Outcome::NotTemplate(_) if looks_like_template(bytes) => template(),
            outcome => outcome,
        };
    }
    match template() {
        Outcome::NotTemplate(what) if named => match service() {
            Outcome::NotTemplate(_) => Outcome::NotTemplate(what),
            outcome => outcome,
        },
        outcome => outcome,
    }
}

/// Whether a file may be an application, by its name and without parsing it.
#[must_use]
pub fn looks_like_application(path: &str, bytes: &[u8]) -> bool {
    palisade_serverless::looks_like(path, bytes) || looks_like_template(bytes)
}

/// Whether a text may be a template, without parsing it.
#[must_use]
pub fn looks_like_template(bytes: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    // UTF-16 has a NUL beside each letter; it is rare enough to be parsed on suspicion.
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    utf16
        || has(b"AWSTemplateFormatVersion")
        || has(b"AWS::Serverless-2016-10-31")
        || (has(b"Resources") && has(b"AWS::"))
}
