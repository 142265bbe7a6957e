//! What a finding says, in the words of the language that its owner writes.
//!
//! Rules speak of resources by their ids and of properties by the provider's own names. Who writes
//! Terraform calls the properties otherwise, and in a service of the Serverless Framework nobody ever
//! wrote the ids. Rules know no language, so that it is put right here, for all of them at once.

use palisade_app::{Application, Resource};
use palisade_terraform::spoken;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The names of an application's resources that are not their ids.
#[derive(Debug)]
pub(crate) struct Words<'a> {
    app: &'a Application,
    names: BTreeMap<&'a str, String>,
}

impl<'a> Words<'a> {
    pub(crate) fn of(app: &'a Application) -> Self {
        let named = app
            .resources()
            .filter_map(|resource| match resource.name() {
                Cow::Owned(name) => Some((&*resource.id, name)),
                Cow::Borrowed(_) => None,
            });
        Self {
            app,
            names: named.collect(),
        }
    }

    /// A sentence about a resource: names stand between backticks. With an odd backtick nothing in it
    /// is known to be one.
    pub(crate) fn said(&self, text: &str, about: &Arc<str>) -> String {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.named(text).into_owned();
        }
        let about = self.app.resource(about);
        let said = parts.into_iter().enumerate();
        let said = said.map(|(i, part)| match i.is_multiple_of(2) {
            true => self.named(part),
            false => self.word(part, about),
        });
        let said: Vec<Cow<'_, str>> = said.collect();
        // What is within something that the sentence names needs no name of that before it.
        let within = |(i, word): (usize, &Cow<'_, str>)| {
            let whole = said.iter().skip(1).step_by(2).find_map(|other| {
                let rest = word.strip_prefix(&**other)?;
                rest.strip_prefix('.')
            });
            match (word, whole) {
                (Cow::Owned(_), Some(rest)) if !i.is_multiple_of(2) => rest.to_owned(),
                _ => word.to_string(),
            }
        };
        let said = said.iter().enumerate().map(within);
        said.collect::<Vec<_>>().join("`")
    }

    /// A text in which ids stand as words of their own.
    pub(crate) fn named<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // A reference as the language writes it has the id in it.
        if self.names.is_empty() || text.starts_with('!') {
            return Cow::Borrowed(text);
        }
        let word = |word: &'t str| {
            let id = word.trim_end_matches([',', ';', ':']);
            self.names.get(id).map_or(Cow::Borrowed(word), |name| {
                Cow::Owned(format!(
                    "{name}{}",
                    word.get(id.len()..).unwrap_or_default()
                ))
            })
        };
        Cow::Owned(text.split(' ').map(word).collect::<Vec<_>>().join(" "))
    }

    fn word<'t>(&self, word: &'t str, about: Option<&Resource>) -> Cow<'t, str> {
        let spoken = about.and_then(|about| spoken(&about.written.kind, &about.kind, word));
        spoken.map_or_else(|| self.named(word), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Given, Input, read};
    use palisade_app::cfn::Outcome;
    use palisade_app::{FileError, Files};

    struct Only(&'static str, &'static str);

    impl Files for Only {
        fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
            let found = (path == self.0).then(|| self.1.as_bytes().to_vec());
            found.ok_or(FileError::Missing)
        }

        fn list(&self, _: &str) -> Option<Vec<String>> {
            Some(vec![self.0.to_owned()])
        }
    }

    fn check(file: &'static str, text: &'static str, about: &str, said: &[(&str, &str)]) {
        let input = match file {
            "main.tf" => Input::Folder(""),
            _ => Input::named(file, text.as_bytes()),
        };
        let outcome = read(input, &Only(file, text), &Given::default());
        let Outcome::Application(app, _) = outcome else {
            panic!("no application: {text}");
        };
        let words = Words::of(&app);
        for (text, expected) in said {
            assert_eq!(words.said(text, &Arc::from(about)), *expected);
        }
    }

    #[test]
    fn services_are_spoken_of_by_their_settings() {
        let service = "
service: shop
provider: { name: aws, runtime: python3.13, iam: { role: { name: shop } } }
functions:
  hello:
    handler: hello.run
    events: [{ http: GET /hello }]
layers:
  common: { path: common }
resources:
  Resources:
    Orders: { Type: 'AWS::SQS::Queue' }
";
        let said = [
            (
                "function `HelloLambdaFunction` reads `Orders` as `IamRoleLambdaExecution`",
                "function `functions.hello` reads `Orders` as `provider.iam.role`",
            ),
            (
                "`HelloLogGroup` and `CommonLambdaLayer`",
                "`functions.hello (LogGroup)` and `layers.common`",
            ),
            (
                "`URL of HelloLambdaFunction`, and what is known of HelloLambdaFunction, too",
                "`URL of functions.hello`, and what is known of functions.hello, too",
            ),
            (
                "set `Role: x` to `!Ref HelloLambdaFunction` or `HelloLambdaFunctionX`",
                "set `Role: x` to `!Ref HelloLambdaFunction` or `HelloLambdaFunctionX`",
            ),
            (
                "an odd ` of HelloLambdaFunction",
                "an odd ` of functions.hello",
            ),
        ];
        check("serverless.yml", service, "HelloLambdaFunction", &said);
    }

    #[test]
    fn terraform_has_its_own_names_for_properties() {
        let text = "resource \"aws_api_gateway_stage\" \"live\" {\n  stage_name = \"live\"\n}\n";
        let said = [
            (
                "set `TracingEnabled: true`",
                "set `xray_tracing_enabled = true`",
            ),
            (
                "set `LoggingLevel: ERROR` in `MethodSettings` for `*`",
                "set `settings.logging_level = \"ERROR\"` in `aws_api_gateway_method_settings` for `*`",
            ),
            ("name them in `Principal`", "name them in `Principal`"),
            (
                "an odd ` in `TracingEnabled`",
                "an odd ` in `TracingEnabled`",
            ),
        ];
        check("main.tf", text, "aws_api_gateway_stage.live", &said);
    }

    #[test]
    fn templates_are_spoken_of_as_they_are() {
        let text = "Resources:\n  Q: { Type: 'AWS::SQS::Queue' }\n";
        let said = [("set `KmsMasterKeyId` of `Q`", "set `KmsMasterKeyId` of `Q`")];
        check("t.yaml", text, "Q", &said);
    }
}
