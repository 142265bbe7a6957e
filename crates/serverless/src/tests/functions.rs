//! Functions and what they inherit.

use super::{check, service, shown};
use palisade_app::Existence;

#[test]
fn settings_of_the_provider_are_inherited() {
    let app = service(
        "service: svc
provider:
  name: aws
  runtime: python3.13
  memorySize: 512
  timeout: 10
  stage: prod
  architecture: arm64
  environment: {A: shared, B: shared}
  tags: {team: x}
  kmsKeyArn: arn:aws:kms:eu-west-1:111122223333:key/k
  layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:l:1']
  logRetentionInDays: 30
  tracing: {lambda: true}
  vpc: {securityGroupIds: [sg-1], subnetIds: [subnet-1]}
functions:
  first:
    handler: src/a.b
    memorySize: 128
    environment: {B: own}
    tags: {part: y}
  second-one:
    handler: c.d
    name: named
    vpc: ~
    logRetentionInDays: 365
    tracing: PassThrough
",
    );
    check(
        &app,
        "FirstLambdaFunction: AWS::Lambda::Function
         FirstLambdaFunction FunctionName = svc-prod-first
         FirstLambdaFunction Handler = src/a.b
         FirstLambdaFunction Runtime = python3.13
         FirstLambdaFunction Code = .
         FirstLambdaFunction MemorySize = 128
         FirstLambdaFunction Timeout = 10
         FirstLambdaFunction Architectures[] = arm64
         FirstLambdaFunction Environment.Variables.A = shared
         FirstLambdaFunction Environment.Variables.B = own
         FirstLambdaFunction Tags[].Value = x, y
         FirstLambdaFunction TracingConfig.Mode = Active
         FirstLambdaFunction VpcConfig.SubnetIds[] = subnet-1
         FirstLambdaFunction Layers[] = arn:aws:lambda:eu-west-1:111122223333:layer:l:1
         FirstLambdaFunction Role = ${IamRoleLambdaExecution.Arn}
         FirstLogGroup LogGroupName = /aws/lambda/svc-prod-first
         FirstLogGroup RetentionInDays = 30
         SecondDashoneLambdaFunction FunctionName = named
         SecondDashoneLambdaFunction MemorySize = 512
         SecondDashoneLambdaFunction VpcConfig = nothing
         SecondDashoneLambdaFunction TracingConfig.Mode = PassThrough
         SecondDashoneLogGroup LogGroupName = /aws/lambda/named
         SecondDashoneLogGroup RetentionInDays = 365",
    );
}

#[test]
fn settings_of_functions() {
    let app = service(
        "service: svc
provider:
  name: aws
  ecr: {images: {base: {path: ./app}}}
functions:
  f:
    handler: a.b
    condition: IsProd
    dependsOn: Other
    reservedConcurrency: 3
    ephemeralStorageSize: 1024
    onError: arn:aws:sns:eu-west-1:111122223333:failed
    disableLogs: true
    runtimeManagement: {mode: manual, arn: r}
    fileSystemConfig: {arn: 'arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/a', localMountPath: /mnt/a}
    logs: {logFormat: JSON, applicationLogLevel: WARN}
    maximumRetryAttempts: 1
    maximumEventAge: 60
    destinations: {onSuccess: g, onFailure: 'arn:aws:sqs:eu-west-1:111122223333:dead'}
  g:
    image: {name: base, command: [x]}
resources:
  Conditions: {IsProd: !Equals [!Ref AWS::Region, x]}
",
    );
    check(
        &app,
        "FLambdaFunction ReservedConcurrentExecutions = 3
         FLambdaFunction EphemeralStorage.Size = 1024
         FLambdaFunction DeadLetterConfig.TargetArn = arn:aws:sns:eu-west-1:111122223333:failed
         FLambdaFunction RuntimeManagementConfig.UpdateRuntimeOn = Manual
         FLambdaFunction FileSystemConfigs[].LocalMountPath = /mnt/a
         FLambdaFunction LoggingConfig.ApplicationLogLevel = WARN
         FLambdaFunction Runtime = nodejs20.x
         - FLogGroup
         FLambdaEvConf MaximumRetryAttempts = 1
         FLambdaEvConf Qualifier = $LATEST
         FLambdaEvConf DestinationConfig.OnSuccess.Destination = ${GLambdaFunction.Arn}
         GLambdaFunction PackageType = Image
         GLambdaFunction Code.ImageUri = ${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/serverless-svc-dev
         GLambdaFunction ImageConfig.Command[] = x
         GLambdaFunction Runtime = nothing
         GLambdaFunction Handler = nothing",
    );
    let function = app.resource("FLambdaFunction").unwrap();
    assert!(matches!(function.exists, Existence::When(_)));
}

#[test]
fn urls_of_functions() {
    let url = |url: &str| {
        service(&format!(
            "service: svc\nprovider: {{name: aws}}\nfunctions:\n  f:\n    handler: a.b\n    url: {url}\n"
        ))
    };
    check(
        &url("true"),
        "FLambdaFunctionUrl AuthType = NONE
         FLambdaFunctionUrl Cors = nothing
         FLambdaPermissionFnUrl Principal = *
         FLambdaPermissionFnUrl FunctionUrlAuthType = NONE",
    );
    check(
        &url("{authorizer: aws_iam, cors: true, invokeMode: RESPONSE_STREAM}"),
        "FLambdaFunctionUrl AuthType = AWS_IAM
         FLambdaFunctionUrl Cors.AllowOrigins[] = *
         FLambdaFunctionUrl InvokeMode = RESPONSE_STREAM
         - FLambdaPermissionFnUrl",
    );
    check(
        &url("{cors: {allowedOrigins: ['https://a'], allowedHeaders: ~, allowCredentials: true}}"),
        "FLambdaFunctionUrl Cors.AllowOrigins[] = https://a
         FLambdaFunctionUrl Cors.AllowHeaders = nothing
         FLambdaFunctionUrl Cors.AllowCredentials = true",
    );
}

#[test]
fn events_go_to_the_alias() {
    let app = service(
        "service: svc
provider: {name: aws}
functions:
  f:
    handler: a.b
    provisionedConcurrency: 2
    events: [{schedule: rate(1 hour)}]
  s: {handler: a.b, snapStart: true}
",
    );
    check(
        &app,
        "FProvConcLambdaAlias ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions = 2
         FProvConcLambdaAlias FunctionVersion = ${FLambdaVersion.Version}
         FEventsRuleSchedule1 Targets[].Arn = ${FLambdaFunction.Arn}:provisioned
         SSnapStartLambdaAlias Name = snapstart
         SLambdaFunction SnapStart.ApplyOn = PublishedVersions",
    );
}

#[test]
fn layers_and_deployments() {
    let app = service(
        "service: svc
frameworkVersion: ^3.1
provider:
  name: aws
  deploymentBucket: {blockPublicAccess: true, versioning: true}
layers:
  common: {path: layer, compatibleRuntimes: [nodejs22.x], allowedAccounts: ['*']}
functions:
  f: {handler: a.b, layers: [{Ref: CommonLambdaLayer}]}
",
    );
    check(
        &app,
        "CommonLambdaLayer: AWS::Lambda::LayerVersion
         CommonLambdaLayer Content = layer
         CommonWildLambdaLayerPermission Principal = *
         FLambdaFunction Layers[] = ${CommonLambdaLayer}
         FLambdaFunction Runtime = nodejs14.x
         ServerlessDeploymentBucket PublicAccessBlockConfiguration.BlockPublicAcls = true
         ServerlessDeploymentBucket VersioningConfiguration.Status = Enabled
         ServerlessDeploymentBucketPolicy PolicyDocument.Statement[].Effect = Deny",
    );
    for with in [
        "frameworkVersion: '4'\nprovider: {name: aws}",
        "provider: {name: aws, deploymentBucket: mine}",
    ] {
        let app = service(&format!(
            "service: svc\n{with}\nfunctions: {{f: {{handler: a.b}}}}\n"
        ));
        check(&app, "- ServerlessDeploymentBucket");
    }
}

#[test]
fn tracing_as_its_plugin_had_it() {
    let text = |plugins: &str| {
        format!(
            "service: a
provider: {{name: aws, tracing: true}}
plugins: {plugins}
functions: {{f: {{handler: a.b}}}}
"
        )
    };
    let mode = |plugins: &str| {
        shown(
            &service(&text(plugins)),
            "FLambdaFunction",
            "TracingConfig.Mode",
        )
    };
    assert_eq!(mode("[serverless-plugin-tracing]"), "Active");
    assert_eq!(mode("[other]"), "nothing");
}

#[test]
fn code_is_where_the_package_says() {
    let app = service(
        "service: a
provider: {name: aws}
package: {artifact: build/all.zip, individually: true, patterns: ['!**', 'src/**']}
functions:
  f: {handler: a.b, package: {artifact: build/f.zip}}
  g: {handler: a.b}
  h: {handler: a.b, module: services/h}
",
    );
    check(
        &app,
        "FLambdaFunction Code = build/f.zip
         GLambdaFunction Code = build/all.zip
         HLambdaFunction Code = services/h",
    );
}
