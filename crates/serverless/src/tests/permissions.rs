//! The roles that functions run as.

use super::{check, service};

#[test]
fn one_role_for_all() {
    let app = service(
        "service: svc
provider:
  name: aws
  iam:
    role:
      name: mine
      path: /p/
      permissionsBoundary: arn:aws:iam::111122223333:policy/b
      tags: {a: b}
      managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess']
      statements: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]
  vpc: {securityGroupIds: [sg-1], subnetIds: [subnet-1]}
functions:
  f: {handler: a.b}
",
    );
    check(
        &app,
        "IamRoleLambdaExecution RoleName = mine
         IamRoleLambdaExecution Path = /p/
         IamRoleLambdaExecution PermissionsBoundary = arn:aws:iam::111122223333:policy/b
         IamRoleLambdaExecution Tags[].Key = a
         IamRoleLambdaExecution ManagedPolicyArns[] = arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole, arn:aws:iam::aws:policy/ReadOnlyAccess
         IamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action = a list, a list, s3:GetObject
         IamRoleLambdaExecution Policies[].PolicyName = svc-dev-lambda
         IamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Resource[] = arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/svc-dev*:*, arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/svc-dev*:*:*, *",
    );
}

#[test]
fn settings_of_earlier_versions() {
    let app = service(
        "service: {name: svc}
provider:
  name: aws
  rolePermissionsBoundary: arn:aws:iam::111122223333:policy/b
  iamManagedPolicies: ['arn:aws:iam::aws:policy/A']
  iamRoleStatements: [{Effect: Allow, Action: ['s3:*'], Resource: '*'}]
functions:
  f: {handler: a.b}
",
    );
    check(
        &app,
        "IamRoleLambdaExecution RoleName = svc-dev-${AWS::Region}-lambdaRole
         IamRoleLambdaExecution PermissionsBoundary = arn:aws:iam::111122223333:policy/b
         IamRoleLambdaExecution ManagedPolicyArns[] = arn:aws:iam::aws:policy/A
         IamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action[] = logs:CreateLogStream, logs:CreateLogGroup, logs:TagResource, logs:PutLogEvents, s3:*",
    );
}

#[test]
fn roles_from_elsewhere() {
    let app = service(
        "service: svc
provider: {name: aws, iam: {role: 'arn:aws:iam::111122223333:role/r'}}
functions:
  f: {handler: a.b}
  g: {handler: a.b, role: Own}
  h: {handler: a.b, role: !GetAtt Own.Arn}
resources:
  Resources: {Own: {Type: AWS::IAM::Role}}
",
    );
    check(
        &app,
        "- IamRoleLambdaExecution
         FLambdaFunction Role = arn:aws:iam::111122223333:role/r
         GLambdaFunction Role = ${Own.Arn}
         HLambdaFunction Role = ${Own.Arn}",
    );
    let app = service(
        "service: svc
provider: {name: aws, role: 'arn:aws:iam::111122223333:role/r'}
functions: {f: {handler: a.b}}
",
    );
    check(
        &app,
        "- IamRoleLambdaExecution
         FLambdaFunction Role = arn:aws:iam::111122223333:role/r",
    );
}

#[test]
fn a_role_for_each_function() {
    let text = |inherit: &str| {
        format!(
            "service: svc
plugins: [serverless-iam-roles-per-function]
custom:
  serverless-iam-roles-per-function: {{iamGlobalPermissionsBoundary: 'arn:aws:iam::111122223333:policy/b'}}
provider:
  name: aws
  iam: {{role: {{statements: [{{Effect: Allow, Action: 's3:ListBucket', Resource: '*'}}]}}}}
functions:
  f:
    handler: a.b
{inherit}    iamRoleStatementsName: named
    iamRoleStatements: [{{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}}]
    events: [{{sqs: 'arn:aws:sqs:eu-west-1:111122223333:jobs'}}]
  g: {{handler: a.b}}
"
        )
    };
    check(
        &service(&text("")),
        "FLambdaFunction Role = ${FIamRoleLambdaExecution.Arn}
         GLambdaFunction Role = ${IamRoleLambdaExecution.Arn}
         FIamRoleLambdaExecution RoleName = named
         FIamRoleLambdaExecution PermissionsBoundary = arn:aws:iam::111122223333:policy/b
         FIamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action = a list, a list, sqs:SendMessage, a list
         IamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action = a list, a list, s3:ListBucket",
    );
    check(
        &service(&text("    iamRoleStatementsInherit: true\n")),
        "FIamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action = a list, a list, s3:ListBucket, sqs:SendMessage, a list",
    );
}

#[test]
fn roles_per_function_of_version_4() {
    let app = service(
        "service: svc
provider:
  name: aws
  iam: {role: {mode: perFunction, statements: [{Effect: Allow, Action: 's3:ListBucket', Resource: '*'}]}}
functions:
  f:
    handler: a.b
    iam: {role: {statements: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}], tags: {a: b}}}
  g: {handler: a.b, iam: {inheritStatements: false}}
",
    );
    check(
        &app,
        "- IamRoleLambdaExecution
         FIamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action = a list, a list, s3:ListBucket, sqs:SendMessage
         FIamRoleLambdaExecution Tags[].Key = a
         GIamRoleLambdaExecution Policies[].PolicyDocument.Statement[].Action = a list, a list",
    );
}
