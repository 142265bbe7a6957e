//! Variables of each kind.

use crate::Options;
use crate::tests::{Folder, service_in, shown};

/// What a text in an environment variable of a function becomes.
fn value_with(text: &str, options: &Options) -> String {
    let service = format!(
        "service: svc
params:
  default: {{size: small, only: d}}
  prod: {{size: large}}
custom:
  dev: {{name: n-dev, list: [a, {{b: c}}]}}
  prod: {{name: n-prod}}
  flag: 'true'
  nothing: ~
  loaded: ${{file(./more.yml):custom}}
  inner: ${{self:custom.loaded.deep}}
provider:
  name: aws
  stage: ${{opt:stage, self:custom.nothing, 'dev'}}
functions:
  f: {{handler: a.b, environment: {{V: {text}}}}}
resources: {{Resources: {{Bucket: {{Type: AWS::S3::Bucket}}}}}}
"
    );
    let files = Folder::new(&[
        ("serverless.yml", &service),
        (
            "more.yml",
            "custom: {deep: 'd-${self:custom.loaded.name}', name: more, m: {k: v}}\nlist: [x, y]\n",
        ),
        ("data.json", "{\"a\": {\"b\": 7}}"),
        ("note.txt", "hello"),
        ("code.js", "module.exports = {}"),
    ]);
    let (app, _) = service_in(&files, options);
    shown(&app, "FLambdaFunction", "Environment.Variables.V")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(value_with(text, &Options::default()), expected, "{text}");
}

#[test]
fn own_values_are_found() {
    check("'${self:service}'", "svc");
    check("'${self:service.name}'", "svc");
    check("'a-${self:custom.dev.name}-b'", "a-n-dev-b");
    check("'${self:custom.${self:provider.stage}.name}'", "n-dev");
    check("'${self:custom.dev.list.1.b}'", "c");
    check("'${self:functions.f.name}'", "svc-dev-f");
    check(
        "'${self:custom.none, self:custom.nothing, \"last, one\"}'",
        "last, one",
    );
    check("'${self:custom.none, ${self:custom.dev.name}}'", "n-dev");
    check("'${self:custom.none, 5}'", "5");
    check("'${self:custom.none}'", "something unknown");
    check("'${strToBool(${self:custom.flag})}'", "true");
}

#[test]
fn stages_and_options_decide() {
    check(
        "'${sls:stage}-${opt:stage}-${opt:name, \"x\"}'",
        "dev-dev-x",
    );
    let prod = Options {
        stage: Some("prod".to_owned()),
        ..Options::default()
    };
    let text = "'${sls:stage}/${self:provider.stage}/${self:custom.${opt:stage}.name}/${param:size}/${param:only}'";
    assert_eq!(value_with(text, &prod), "prod/prod/n-prod/large/d");
    let given = Options {
        parameters: [("size", "given"), ("name", "me")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        env: [("KEY".to_owned(), "from env".to_owned())].into(),
        ..Options::default()
    };
    let text = "'${param:size}/${opt:name, \"x\"}/${env:KEY}'";
    assert_eq!(value_with(text, &given), "given/me/from env");
}

#[test]
fn files_are_brought_in() {
    check("'${file(./more.yml):list.1}'", "y");
    check("'${file(data.json):a.b}'", "7");
    check("'${file(./note.txt)}'", "hello");
    check("'${self:custom.loaded.m.k}'", "v");
    // A part of a section that stands in a file refers to another part of the same section.
    check("'${self:custom.inner}'", "d-more");
    check("'${file(./missing.yml):a, \"usual\"}'", "usual");
    check("'${file(./missing.yml):a}'", "something unknown");
    check("'${file(./code.js):x}'", "something unknown");
    check("'${file(../outside.yml)}'", "something unknown");
}

#[test]
fn what_deployment_decides_is_a_symbol() {
    check("'${env:KEY}'", "${env:KEY}");
    check("'x-${env:KEY}-${env:KEY}'", "x-${env:KEY}-${env:KEY}");
    check("'${env:KEY, \"usual\"}'", "usual");
    check("'${opt:other}'", "${opt:other}");
    check(
        "'${aws:accountId}/${aws:region}'",
        "${AWS::AccountId}/${AWS::Region}",
    );
    check("'${ssm:/a/b}'", "{{resolve:ssm:/a/b}}");
    check(
        "'${ssm:/aws/reference/secretsmanager/s~true}'",
        "{{resolve:secretsmanager:s}}",
    );
    check("'${cf(eu-west-1):stack.Out}'", "${cf(eu-west-1):stack.Out}");
    check("'${s3:bucket/key}'", "${s3:bucket/key}");
    check("'${git:sha1}'", "${git:sha1}");
    check(
        "'${self:custom.${env:KEY}.name}'",
        "${self:custom.$(env:KEY).name}",
    );
}

#[test]
fn texts_of_cloudformation_stay() {
    check("'${AWS::Region}'", "${AWS::Region}");
    check(
        "!Sub '${Bucket.Arn}/${self:custom.dev.name}/${env:KEY}'",
        "${Bucket.Arn}/n-dev/${env:KEY}",
    );
    check(
        "!Sub ['${a}-${self:service}', {a: '${self:service}'}]",
        "svc-svc",
    );
    check(
        "!Join ['-', ['${self:service}', !Ref Bucket]]",
        "svc-${Bucket}",
    );
    check("'\\${self:service}'", "${self:service}");
}
