use super::*;
use palisade_access::{Settings, shrink};
use palisade_app::cfn::{Options, Outcome, read};
use palisade_app::{FileError, Files};

struct Folder;

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match path {
            "src/app.py" => Ok(b"import boto3, os\ns3 = boto3.client('s3')\ndef handler(e, c):\n    s3.get_object(Bucket=os.environ['BUCKET'], Key=e['key'])\n    s3.list_objects_v2(Bucket='other')\n    getattr(s3, e['x'])()\n".to_vec()),
            _ => Err(FileError::Missing),
        }
    }
}

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Resources:
  Files: {Type: AWS::S3::Bucket}
  Read:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Environment: {Variables: {BUCKET: !Ref Files}}
      Policies: [{Statement: [{Effect: Allow, Action: ['s3:Get*', 's3:DeleteObject'], Resource: !Sub '${Files.Arn}/*'}]}]
  Other:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: elsewhere/, Handler: app.handler, Runtime: java21}
";

fn with(check: impl FnOnce(&[Report<'_>])) {
    let outcome = read(
        "template.yaml",
        TEMPLATE.as_bytes(),
        &Folder,
        &Options::default(),
    );
    let Outcome::Application(app, _) = outcome else {
        panic!("{outcome:?}");
    };
    let settings = Settings::default();
    let access = Access::of(&app, &settings);
    let (roles, symbols) = shrink(&access, &Folder, &[]);
    let report = Report {
        access: &access,
        roles,
        symbols,
    };
    assert!(report.differs());
    check(&[report]);
}

#[test]
fn golden_text() {
    with(|reports| insta::assert_snapshot!(text(reports, &Style::default())));
}

#[test]
fn follows_its_schema() {
    let schema = include_str!("../../../../../schemas/iam-shrink.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    with(|reports| {
        let value: Value = serde_json::from_str(&json(reports, &[])).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(value["roles"].as_array().map(Vec::len), Some(2));
    });
}
