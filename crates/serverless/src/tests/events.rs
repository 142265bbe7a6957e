//! Each kind of event: trigger, permission, grants.

use super::{Folder, check, service, service_in, shown};
use crate::Options;
use palisade_app::graph::{Authentication, EntryKind};

/// What one event of function `hello` becomes.
fn event(event: &str, expected: &str) {
    event_with(event, "", expected);
}

/// The same with further settings of the provider, or sections behind the functions.
fn event_with(event: &str, more: &str, expected: &str) {
    let (provider, sections) = more.split_once("---\n").unwrap_or((more, ""));
    let text = format!(
        "service: svc\nprovider:\n  name: aws\n  runtime: nodejs22.x\n{provider}functions:\n  hello:\n    handler: h.x\n    events:\n{event}\n{sections}"
    );
    check(&service(&text), expected);
}

const STATEMENTS: &str = "IamRoleLambdaExecution Policies[].PolicyDocument.Statement[]";

#[test]
fn events_over_http() {
    event(
        "      - http: GET /users/{userId}",
        "ApiGatewayRestApi: AWS::ApiGateway::RestApi
         ApiGatewayRestApi Name = dev-svc
         ApiGatewayRestApi EndpointConfiguration.Types[] = EDGE
         ApiGatewayResourceUsers: AWS::ApiGateway::Resource
         ApiGatewayResourceUsersUseridVar ParentId = ${ApiGatewayResourceUsers}
         ApiGatewayMethodUsersUseridVarGet: AWS::ApiGateway::Method
         ApiGatewayMethodUsersUseridVarGet HttpMethod = GET
         ApiGatewayMethodUsersUseridVarGet AuthorizationType = NONE
         ApiGatewayMethodUsersUseridVarGet Integration.Type = AWS_PROXY
         ApiGatewayMethodUsersUseridVarGet Integration.Uri = arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${HelloLambdaFunction.Arn}/invocations
         ApiGatewayDeployment: AWS::ApiGateway::Deployment
         ApiGatewayStage StageName = dev
         HelloLambdaPermissionApiGateway Principal = apigateway.amazonaws.com
         HelloLambdaPermissionApiGateway SourceArn = arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiGatewayRestApi}/*/*",
    );
    event(
        "      - http: {path: x, method: post, private: true, cors: true, async: true}",
        "ApiGatewayMethodXPost ApiKeyRequired = true
         ApiGatewayMethodXPost Integration.Type = AWS
         ApiGatewayMethodXOptions Integration.Type = MOCK
         ApiGatewayMethodXOptions AuthorizationType = NONE",
    );
    event(
        "      - http: {path: x, method: any, integration: http-proxy, request: {uri: 'https://x.org'}}",
        "ApiGatewayMethodXAny Integration.Type = HTTP_PROXY
         ApiGatewayMethodXAny Integration.Uri = https://x.org",
    );
}

#[test]
fn authorizers_of_rest_routes() {
    let route = |authorizer: &str| {
        format!(
            "      - http: {{path: x, method: get, authorizer: {authorizer}}}\n  check:\n    handler: c.x\n"
        )
    };
    event(
        &route("aws_iam"),
        "ApiGatewayMethodXGet AuthorizationType = AWS_IAM",
    );
    event(
        &route("{type: AWS_IAM}"),
        "ApiGatewayMethodXGet AuthorizationType = AWS_IAM",
    );
    event(
        &route("check"),
        "ApiGatewayMethodXGet AuthorizationType = CUSTOM
         ApiGatewayMethodXGet AuthorizerId = ${CheckApiGatewayAuthorizer}
         CheckApiGatewayAuthorizer Type = TOKEN
         CheckApiGatewayAuthorizer IdentitySource = method.request.header.Authorization
         CheckLambdaPermissionApiGateway FunctionName = ${CheckLambdaFunction.Arn}",
    );
    event(
        &route("{name: check, type: request, resultTtlInSeconds: 0}"),
        "CheckApiGatewayAuthorizer Type = REQUEST
         CheckApiGatewayAuthorizer AuthorizerResultTtlInSeconds = 0",
    );
    event(
        &route("'arn:aws:lambda:eu-west-1:111122223333:function:auth'"),
        "AuthApiGatewayAuthorizer Type = TOKEN",
    );
    event(
        &route("'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_ab'"),
        "ApiGatewayMethodXGet AuthorizationType = COGNITO_USER_POOLS",
    );
    event(
        &route("{name: pool, type: COGNITO_USER_POOLS, arn: !GetAtt Pool.Arn, scopes: [a]}"),
        "PoolApiGatewayAuthorizer Type = COGNITO_USER_POOLS
         ApiGatewayMethodXGet AuthorizationScopes[] = a
         - PoolLambdaPermissionApiGateway",
    );
    event(
        &route("{type: COGNITO_USER_POOLS, authorizerId: abc}"),
        "ApiGatewayMethodXGet AuthorizationType = COGNITO_USER_POOLS
         ApiGatewayMethodXGet AuthorizerId = abc",
    );
}

#[test]
fn requests_are_validated() {
    event(
        "      - http:
          path: x
          method: post
          request:
            parameters: {querystrings: {page: true}, headers: {b: false}}
            schemas:
              application/json: {type: object}",
        "ApiGatewaySvcRequestValidator ValidateRequestBody = true
         ApiGatewayMethodXPost RequestValidatorId = ${ApiGatewaySvcRequestValidator}
         ApiGatewayMethodXPostApplicationJsonModel Schema.type = object",
    );
}

#[test]
fn no_bodies_are_logged_without_the_log_of_executions() {
    for (logs, level, bodies) in [
        ("true", "INFO", "true"),
        ("{level: ERROR}", "ERROR", "true"),
        ("{fullExecutionData: false}", "INFO", "false"),
        ("{executionLogging: false}", "OFF", "false"),
        (
            "{executionLogging: false, fullExecutionData: true}",
            "OFF",
            "false",
        ),
    ] {
        event_with(
            "      - http: GET /x",
            &format!("  logs: {{restApi: {logs}}}\n"),
            &format!(
                "ApiGatewayStage MethodSettings[].LoggingLevel = {level}
                 ApiGatewayStage MethodSettings[].DataTraceEnabled = {bodies}"
            ),
        );
    }
}

#[test]
fn settings_of_the_rest_api() {
    event_with(
        "      - http: GET /",
        "  endpointType: regional
  logs: {restApi: {level: ERROR, fullExecutionData: false}}
  tracing: {apiGateway: true}
  logRetentionInDays: 400
  apiGateway:
    metrics: true
    minimumCompressionSize: 1024
    disableDefaultEndpoint: true
    resourcePolicy:
      - {Effect: Allow, Principal: '*', Action: 'execute-api:Invoke', Resource: ['execute-api:/*']}
    apiKeys: [first, {name: second, value: abc}]
    usagePlan: {throttle: {rateLimit: 5, burstLimit: 9}}
",
        "ApiGatewayRestApi EndpointConfiguration.Types[] = REGIONAL
         ApiGatewayRestApi DisableExecuteApiEndpoint = true
         ApiGatewayRestApi Policy.Statement[].Effect = Allow
         ApiGatewayMethodGet ResourceId = ${ApiGatewayRestApi.RootResourceId}
         ApiGatewayStage TracingEnabled = true
         ApiGatewayStage MethodSettings[].LoggingLevel = ERROR
         ApiGatewayStage MethodSettings[].DataTraceEnabled = false
         ApiGatewayStage MethodSettings[].MetricsEnabled = true
         ApiGatewayStage AccessLogSetting.DestinationArn = ${ApiGatewayLogGroup.Arn}
         ApiGatewayLogGroup LogGroupName = /aws/api-gateway/svc-dev
         ApiGatewayLogGroup RetentionInDays = 400
         ApiGatewayUsagePlan Throttle.RateLimit = 5
         ApiGatewayApiKey1 Name = first
         ApiGatewayApiKey2 Value = abc
         ApiGatewayUsagePlanKey2 KeyId = ${ApiGatewayApiKey2}",
    );
    event_with(
        "      - http: GET /v1/x",
        "  apiGateway:\n    restApiId: abc\n    restApiRootResourceId: root\n    restApiResources: {/v1: given}\n",
        "- ApiGatewayRestApi
         - ApiGatewayStage
         - ApiGatewayResourceV1
         ApiGatewayResourceV1X ParentId = given
         ApiGatewayMethodV1XGet RestApiId = abc",
    );
}

#[test]
fn the_stage_is_throttled_by_a_plugin() {
    const SETTING: &str = "custom: {apiGatewayThrottling: {maxRequestsPerSecond: 9}}\n";
    event_with(
        "      - http: GET /",
        &format!("---\nplugins: [serverless-api-gateway-throttling]\n{SETTING}"),
        "ApiGatewayStage MethodSettings[].ThrottlingRateLimit = 9",
    );
    event_with(
        "      - http: GET /",
        &format!("---\n{SETTING}"),
        "- ApiGatewayStage MethodSettings[].ThrottlingRateLimit",
    );
}

#[test]
fn the_deployment_is_referred_to() {
    event_with(
        "      - http: GET /",
        "---\nresources:\n  Resources:\n    M:\n      Type: AWS::ApiGateway::BasePathMapping\n      Properties: {Stage: !Ref 'ApiGatewayDeployment${sls:instanceId}'}\n",
        "M Stage = ${ApiGatewayDeployment}",
    );
}

#[test]
fn routes_of_the_http_api() {
    event_with(
        "      - httpApi: '*'
      - httpApi: GET /users/{id}
      - httpApi: {path: /a, method: post, authorizer: {name: jwt, scopes: [s]}}
      - httpApi: {path: /b, method: post, authorizer: {type: aws_iam}}
      - httpApi: {path: /c, method: '*', authorizer: own}",
        "  logs: {httpApi: true}
  httpApi:
    cors: true
    payload: '1.0'
    authorizers:
      jwt: {identitySource: $request.header.Authorization, issuerUrl: 'https://i', audience: [a]}
      own: {type: request, functionName: hello}
",
        "HttpApi: AWS::ApiGatewayV2::Api
         HttpApi CorsConfiguration.AllowOrigins[] = *
         HttpApiStage AccessLogSettings.DestinationArn = ${HttpApiLogGroup.Arn}
         HttpApiRouteDefault RouteKey = $default
         HttpApiRouteDefault AuthorizationType = NONE
         HttpApiRouteGetUsersIdVar RouteKey = GET /users/{id}
         HttpApiRoutePostA AuthorizationType = JWT
         HttpApiRoutePostA AuthorizationScopes[] = s
         HttpApiAuthorizerJwt JwtConfiguration.Issuer = https://i
         HttpApiRoutePostB AuthorizationType = AWS_IAM
         HttpApiRouteAnyC AuthorizationType = CUSTOM
         HttpApiRouteAnyC AuthorizerId = ${HttpApiAuthorizerOwn}
         HttpApiRouteAnyC RouteKey = ANY /c
         HttpApiAuthorizerOwn AuthorizerType = REQUEST
         HttpApiIntegrationHello PayloadFormatVersion = 1.0
         OwnLambdaAuthorizerPermissionHttpApi Principal = apigateway.amazonaws.com
         HelloLambdaPermissionHttpApi SourceArn = arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApi}/*",
    );
}

#[test]
fn routes_of_the_websocket_api() {
    event_with(
        "      - websocket: {route: $connect, authorizer: {name: hello, identitySource: [route.request.querystring.a]}}
      - websocket: $default",
        "  logs: {websocket: true}\n",
        "WebsocketsApi ProtocolType = WEBSOCKET
         SconnectWebsocketsRoute AuthorizationType = CUSTOM
         SconnectWebsocketsRoute AuthorizerId = ${HelloWebsocketsAuthorizer}
         SdefaultWebsocketsRoute AuthorizationType = NONE
         WebsocketsDeploymentStage DefaultRouteSettings.LoggingLevel = INFO
         WebsocketsLogGroup LogGroupName = /aws/websocket/svc-dev
         HelloLambdaPermissionWebsockets Principal = apigateway.amazonaws.com",
    );
}

#[test]
fn events_of_buckets() {
    event_with(
        "      - s3: photos
      - s3: {bucket: given, event: 's3:ObjectRemoved:*', rules: [{prefix: up/}]}
      - s3: {bucket: old, existing: true}",
        "  s3:\n    given: {name: given-name, versioningConfiguration: {Status: Enabled}}\n",
        "S3BucketPhotos BucketName = photos
         S3BucketPhotos NotificationConfiguration.LambdaConfigurations[].Event = s3:ObjectCreated:*
         S3BucketGiven BucketName = given-name
         S3BucketGiven VersioningConfiguration.Status = Enabled
         S3BucketGiven NotificationConfiguration.LambdaConfigurations[].Filter.S3Key.Rules[].Value = up/
         HelloLambdaPermissionPhotosS3 SourceArn = arn:${AWS::Partition}:s3:::photos
         HelloLambdaPermissionPhotosS3 SourceAccount = ${AWS::AccountId}
         - S3BucketOld
         HelloCustomS31 BucketName = old
         HelloLambdaPermissionOldS3 Principal = s3.amazonaws.com",
    );
}

#[test]
fn events_of_clocks() {
    event(
        "      - schedule: rate(1 hour)
      - schedule: {rate: [cron(0 1 * * ? *), cron(0 2 * * ? *)], enabled: false, input: {a: 1}}
      - schedule: {rate: rate(5 minutes), method: scheduler, timezone: Europe/Berlin}",
        "HelloEventsRuleSchedule1 ScheduleExpression = rate(1 hour)
         HelloEventsRuleSchedule2 State = DISABLED
         HelloEventsRuleSchedule3 Targets[].Input = {\"a\":1}
         HelloLambdaPermissionEventsRuleSchedule3 SourceArn = ${HelloEventsRuleSchedule3.Arn}
         HelloSchedulerSchedule4 Target.RoleArn = ${IamRoleLambdaExecution.Arn}
         HelloSchedulerSchedule4 ScheduleExpressionTimezone = Europe/Berlin
         IamRoleLambdaExecution AssumeRolePolicyDocument.Statement[].Principal.Service[] = lambda.amazonaws.com, scheduler.amazonaws.com",
    );
}

#[test]
fn events_of_topics() {
    event(
        "      - sns: orders-topic
      - sns: {arn: 'arn:aws:sns:eu-west-1:111122223333:other', filterPolicy: {a: [b]}}
      - sns: {arn: !Ref Own, topicName: own, redrivePolicy: {deadLetterTargetRef: Dead}}",
        "SNSTopicOrderstopic TopicName = orders-topic
         HelloSnsSubscriptionOrderstopic TopicArn = ${SNSTopicOrderstopic}
         HelloLambdaPermissionOrderstopicSNS SourceArn = arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:orders-topic
         HelloSnsSubscriptionOther TopicArn = arn:aws:sns:eu-west-1:111122223333:other
         HelloSnsSubscriptionOther FilterPolicy.a[] = b
         - SNSTopicOther
         OwnToHelloDLQPolicy: AWS::SQS::QueuePolicy",
    );
}

#[test]
fn events_of_queues_and_streams() {
    event(
        "      - sqs: {arn: 'arn:aws:sqs:eu-west-1:111122223333:jobs', batchSize: 1, functionResponseType: ReportBatchItemFailures, filterPatterns: [{body: {a: [1]}}]}
      - stream: arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/1
      - stream: {type: kinesis, arn: !GetAtt Clicks.Arn, consumer: true, destinations: {onFailure: 'arn:aws:sqs:eu-west-1:111122223333:dead'}}",
        &format!(
            "HelloEventSourceMappingSQSJobs BatchSize = 1
             HelloEventSourceMappingSQSJobs FunctionResponseTypes[] = ReportBatchItemFailures
             HelloEventSourceMappingSQSJobs FilterCriteria.Filters[].Pattern = {{\"body\":{{\"a\":[1]}}}}
             HelloEventSourceMappingDynamodbT StartingPosition = TRIM_HORIZON
             HelloEventSourceMappingKinesisClicks EventSourceArn = ${{HelloClicksConsumerStreamConsumer}}
             HelloEventSourceMappingKinesisClicks DestinationConfig.OnFailure.Destination = arn:aws:sqs:eu-west-1:111122223333:dead
             {STATEMENTS}.Action[] = logs:CreateLogStream, logs:CreateLogGroup, logs:TagResource, logs:PutLogEvents, sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes, dynamodb:GetRecords, dynamodb:GetShardIterator, dynamodb:DescribeStream, dynamodb:ListStreams, kinesis:GetRecords, kinesis:GetShardIterator, kinesis:DescribeStreamSummary, kinesis:ListShards, kinesis:SubscribeToShard, sqs:SendMessage"
        ),
    );
}

#[test]
fn events_of_brokers() {
    event(
        "      - kafka: {topic: t, bootstrapServers: ['b:9092'], consumerGroupId: g, accessConfigurations: {saslScram512Auth: ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:s']}}
      - msk: {arn: 'arn:aws:kafka:eu-west-1:111122223333:cluster/main/abc', topic: m}
      - activemq: {arn: 'arn:aws:mq:eu-west-1:111122223333:broker:b:b-1', queue: q, basicAuthArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:a'}
      - rabbitmq: {arn: 'arn:aws:mq:eu-west-1:111122223333:broker:r:r-1', queue: r, virtualHost: /, basicAuthArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:a'}",
        "HelloEventSourceMappingKafkaT SourceAccessConfigurations[].Type = SASL_SCRAM_512_AUTH
         HelloEventSourceMappingKafkaT SelfManagedKafkaEventSourceConfig.ConsumerGroupId = g
         HelloEventSourceMappingMSKMainM Topics[] = m
         HelloEventSourceMappingActiveMQQ Queues[] = q
         HelloEventSourceMappingRabbitMQR SourceAccessConfigurations[].Type = BASIC_AUTH, VIRTUAL_HOST",
    );
}

#[test]
fn events_of_rules_and_logs() {
    event(
        "      - cloudwatchEvent: {event: {source: [aws.ec2]}, enabled: false}
      - cloudwatchLog: /aws/lambda/other
      - cloudwatchLog: {logGroup: /b, filter: ERROR}",
        "HelloEventsRuleCloudWatchEvent1 EventPattern.source[] = aws.ec2
         HelloEventsRuleCloudWatchEvent1 State = DISABLED
         HelloLogsSubscriptionFilterCloudWatchLog1 LogGroupName = /aws/lambda/other
         HelloLogsSubscriptionFilterCloudWatchLog2 FilterPattern = ERROR
         HelloLambdaPermissionLogsSubscriptionFilterCloudWatchLog Principal = logs.${AWS::Region}.${AWS::URLSuffix}",
    );
    event(
        "      - eventBridge: {pattern: {source: [own]}, eventBus: my-bus, retryPolicy: {maximumRetryAttempts: 2}, deadLetterQueueArn: !GetAtt Dead.Arn}
      - eventBridge: {schedule: rate(1 day), eventBus: 'arn:aws:events:eu-west-1:111122223333:event-bus/theirs'}",
        "MyDashbusEventBridgeEventBus Name = my-bus
         Svcdevhellorule1EventBridgeRule EventBusName = ${MyDashbusEventBridgeEventBus}
         Svcdevhellorule1EventBridgeRule Targets[].RetryPolicy.MaximumRetryAttempts = 2
         Svcdevhellorule2EventBridgeRule EventBusName = theirs
         HelloEventBridgeLambdaPermission2 SourceArn = arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/theirs/svc-dev-hello-rule-2",
    );
}

#[test]
fn events_of_voices_and_devices() {
    event(
        "      - alexaSkill
      - alexaSkill: amzn1.ask.skill.x
      - alexaSmartHome: {appId: amzn1.y, enabled: false}
      - iot: {sql: SELECT * FROM 't', name: r}
      - iotFleetProvisioning: {templateBody: {a: 1}, provisioningRoleArn: 'arn:aws:iam::111122223333:role/p'}",
        "HelloLambdaPermissionAlexaSkill1 Principal = alexa-appkit.amazon.com
         HelloLambdaPermissionAlexaSkill1 EventSourceToken = nothing
         HelloLambdaPermissionAlexaSkill2 EventSourceToken = amzn1.ask.skill.x
         HelloLambdaPermissionAlexaSmartHome1 Action = lambda:DisableInvokeFunction
         HelloIotTopicRule1 TopicRulePayload.Sql = SELECT * FROM 't'
         HelloLambdaPermissionIotTopicRule1 SourceArn = arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/${HelloIotTopicRule1}
         HelloIotProvisioningTemplate TemplateBody = {\"a\":1}",
    );
}

#[test]
fn events_of_user_pools() {
    event(
        "      - cognitoUserPool: {pool: people, trigger: PreSignUp}
      - cognitoUserPool: {pool: people, trigger: CustomEmailSender, kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k'}",
        "CognitoUserPoolPeople LambdaConfig.PreSignUp = ${HelloLambdaFunction.Arn}
         CognitoUserPoolPeople LambdaConfig.CustomEmailSender.LambdaVersion = V1_0
         HelloLambdaPermissionCognitoUserPoolPeopleTriggerSourcePreSignUp SourceArn = ${CognitoUserPoolPeople.Arn}",
    );
    event(
        "      - cognitoUserPool: {pool: people, trigger: PreSignUp, existing: true}",
        "- CognitoUserPoolPeople
         HelloCustomCognitoUserPool1 UserPoolName = people",
    );
}

#[test]
fn events_of_load_balancers() {
    event_with(
        "      - alb:
          listenerArn: arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/b/50dc/f2f7
          priority: 1
          authorizer: pool
          conditions: {path: /hello, method: [GET], query: {a: b}}",
        "  alb:\n    authorizers:\n      pool: {type: cognito, userPoolArn: p, userPoolClientId: c, userPoolDomain: d}\n",
        "HelloAlbTargetGroup50dc Targets[].Id = ${HelloLambdaFunction.Arn}
         HelloAlbListenerRule1 Actions[].Type = authenticate-cognito, forward
         HelloAlbListenerRule1 Conditions[].Field = path-pattern, http-request-method, query-string
         HelloLambdaPermissionAlb SourceArn = ${HelloAlbTargetGroup50dc}
         HelloLambdaPermissionRegisterTarget Principal = elasticloadbalancing.amazonaws.com",
    );
}

#[test]
fn events_at_the_edge() {
    event(
        "      - cloudFront: {eventType: viewer-request, origin: 'https://x.org/a'}
      - cloudFront: {eventType: viewer-request, pathPattern: /p/*, origin: 's3://b.s3.amazonaws.com', behavior: {ViewerProtocolPolicy: https-only}}
    environment: {A: b}",
        "CloudFrontDistribution DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy = allow-all
         CloudFrontDistribution DistributionConfig.CacheBehaviors[].ViewerProtocolPolicy = https-only
         CloudFrontDistribution DistributionConfig.Origins[].Id = custom/x.org/a, s3/b.s3.amazonaws.com
         HelloLambdaFunction Environment = nothing
         HelloLambdaFunction MemorySize = 128
         HelloLambdaFunctionInvokePermission FunctionName = ${HelloLambdaVersion}",
    );
}

#[test]
fn events_are_ways_in_to_their_function() {
    let app = service(
        "service: svc
provider: {name: aws}
functions:
  hello:
    handler: h.x
    events:
      - http: {path: x, method: get, authorizer: aws_iam}
      - httpApi: GET /y
      - sqs: arn:aws:sqs:eu-west-1:111122223333:jobs
      - s3: {bucket: old, existing: true}
",
    );
    let entries = &app.graph().entry_points;
    let kinds: Vec<_> = entries.iter().map(|e| (e.kind, e.label.as_str())).collect();
    assert!(
        kinds.contains(&(EntryKind::RestRoute, "GET /x")),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&(EntryKind::HttpRoute, "GET /y")),
        "{kinds:?}"
    );
    assert!(
        entries.iter().any(|e| e.kind == EntryKind::Queue),
        "{kinds:?}"
    );
    assert!(
        entries.iter().any(|e| e.kind == EntryKind::Bucket),
        "{kinds:?}"
    );
    assert!(
        entries
            .iter()
            .all(|e| e.functions == ["HelloLambdaFunction".into()])
    );
    let iam = entries
        .iter()
        .find(|e| e.kind == EntryKind::RestRoute)
        .unwrap();
    assert_eq!(iam.authentication, Authentication::Iam);
}

#[test]
fn events_that_are_not_known_are_told() {
    let text = "service: svc
provider: {name: aws}
functions:
  hello: {handler: h.x, events: [{telegraph: {a: 1}}, {http: {path: x, method: get, authorizer: nobody}}]}
";
    let files = Folder::new(&[("serverless.yml", text)]);
    let (app, problems) = service_in(&files, &Options::default());
    let told: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert!(told.iter().any(|m| m.contains("`telegraph`")), "{told:?}");
    assert!(told.iter().any(|m| m.contains("`nobody`")), "{told:?}");
    assert_eq!(
        shown(&app, "ApiGatewayMethodXGet", "AuthorizationType"),
        "something unknown"
    );
}
