//! Code that runs with a role already is changed, or told what to do.
//!
//! Left out: `lambda:PublishLayerVersion` (functions name the version that they use) and pushing
//! images or objects (that something runs them can't be seen from permissions); signing in on game
//! servers, which are not in the account.

use super::{Call, Family, Gives, Method, On, call, method};

const fn runs(
    id: &'static str,
    name: &'static str,
    service: &'static str,
    calls: &'static [Call],
) -> Method {
    method(
        id,
        name,
        Family::ExistingCode,
        calls,
        Gives::RoleOf(service),
    )
}

const LAMBDA: &str = "lambda.amazonaws.com";
const EC2: &str = "ec2.amazonaws.com";
const TASKS: &str = "ecs-tasks.amazonaws.com";
const CODEBUILD: &str = "codebuild.amazonaws.com";
const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
const SAGEMAKER: &str = "sagemaker.amazonaws.com";
const AGENT_CORE: &str = "bedrock-agentcore.amazonaws.com";

const INSTANCE: On = On::Like("arn:{p}:ec2:*:{a}:instance/*");
const DOCUMENT: On = On::Like("arn:{p}:ssm:*:*:document/*");
const INTERPRETER: On = On::Like("arn:{p}:bedrock-agentcore:*:{a}:code-interpreter-custom/*");

pub(super) const METHODS: &[Method] = &[
    runs(
        "lambda-update-code",
        "replaces the code of a function",
        LAMBDA,
        &[call(
            "lambda:UpdateFunctionCode",
            "the new code runs with the function's role",
        )],
    ),
    runs(
        "lambda-update-configuration",
        "changes how a function runs",
        LAMBDA,
        &[call(
            "lambda:UpdateFunctionConfiguration",
            "a layer, a handler or a variable makes it run other code",
        )],
    ),
    runs(
        "lambda-microvm-shell",
        "opens a shell in a micro virtual machine",
        LAMBDA,
        &[call(
            "lambda:CreateMicrovmShellAuthToken",
            "the shell has the machine's role",
        )],
    ),
    runs(
        "ssm-send-command",
        "runs commands on machines",
        EC2,
        &[
            call("ssm:SendCommand", "the document runs any command").on(DOCUMENT),
            call("ssm:SendCommand", "on this machine, with its role").on(INSTANCE),
        ],
    ),
    runs(
        "ssm-start-session",
        "opens a session on a machine",
        EC2,
        &[call("ssm:StartSession", "the shell has the machine's role").on(INSTANCE)],
    ),
    runs(
        "ssm-association",
        "has machines run a document regularly",
        EC2,
        &[
            call("ssm:CreateAssociation", "the document runs any command").on(DOCUMENT),
            call("ssm:CreateAssociation", "on this machine, with its role").on(INSTANCE),
        ],
    ),
    runs(
        "ec2-instance-connect",
        "sends an SSH key to a machine",
        EC2,
        &[call(
            "ec2-instance-connect:SendSSHPublicKey",
            "the key signs in on a machine that has a role",
        )],
    ),
    runs(
        "ec2-serial-console",
        "sends an SSH key to the console of a machine",
        EC2,
        &[call(
            "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
            "the key opens the console of a machine that has a role",
        )],
    ),
    runs(
        "ec2-user-data",
        "replaces the start script of a machine",
        EC2,
        &[
            call(
                "ec2:StopInstances",
                "the script can be replaced while the machine stands still",
            )
            .on(INSTANCE),
            call(
                "ec2:ModifyInstanceAttribute",
                "the new start script runs with the machine's role",
            )
            .on(INSTANCE),
            call("ec2:StartInstances", "the script runs").on(INSTANCE),
        ],
    ),
    runs(
        "ec2-launch-template",
        "writes a new version of the template that machines start from",
        EC2,
        &[
            call(
                "ec2:CreateLaunchTemplateVersion",
                "the version has a chosen start script",
            ),
            call("ec2:ModifyLaunchTemplate", "it becomes the default"),
        ],
    ),
    runs(
        "ecs-execute-command",
        "runs commands in a container",
        TASKS,
        &[call("ecs:ExecuteCommand", "the shell has the task's role")
            .on(On::Like("arn:{p}:ecs:*:{a}:task/*"))],
    ),
    runs(
        "batch-submit-job",
        "submits a job with another command",
        TASKS,
        &[
            call(
                "batch:SubmitJob",
                "the command is overridden; the role is the definition's",
            )
            .on(On::Like("arn:{p}:batch:*:{a}:job-definition/*")),
            call("batch:SubmitJob", "on this queue")
                .on(On::Like("arn:{p}:batch:*:{a}:job-queue/*")),
        ],
    ),
    runs(
        "codebuild-start-build",
        "starts a build with other commands",
        CODEBUILD,
        &[call(
            "codebuild:StartBuild",
            "the commands can be overridden; the role is the project's",
        )],
    ),
    runs(
        "codebuild-start-batch",
        "starts a batch of builds with other commands",
        CODEBUILD,
        &[call(
            "codebuild:StartBuildBatch",
            "the commands can be overridden; the role is the project's",
        )],
    ),
    runs(
        "codebuild-update-project",
        "changes what a project builds",
        CODEBUILD,
        &[call(
            "codebuild:UpdateProject",
            "the next build runs chosen commands with the project's role",
        )],
    ),
    runs(
        "codedeploy-deployment",
        "deploys to machines",
        EC2,
        &[call(
            "codedeploy:CreateDeployment",
            "the deployment's scripts run with the machine's role",
        )],
    ),
    runs(
        "cloudformation-update",
        "updates a stack that has a role",
        CLOUDFORMATION,
        &[call(
            "cloudformation:UpdateStack",
            "the stack keeps the role that it was made with",
        )],
    ),
    runs(
        "cloudformation-change-set",
        "changes a stack that has a role",
        CLOUDFORMATION,
        &[
            call(
                "cloudformation:CreateChangeSet",
                "the stack keeps the role that it was made with",
            ),
            call("cloudformation:ExecuteChangeSet", "the change is made"),
        ],
    ),
    runs(
        "cloudformation-update-stack-set",
        "updates stacks in many accounts",
        CLOUDFORMATION,
        &[call(
            "cloudformation:UpdateStackSet",
            "the set keeps the role that it was made with",
        )],
    ),
    runs(
        "service-catalog-artifact",
        "writes a new version of a product and launches it",
        "servicecatalog.amazonaws.com",
        &[
            call(
                "servicecatalog:CreateProvisioningArtifact",
                "the version's template makes any resource",
            ),
            call(
                "servicecatalog:ProvisionProduct",
                "it is launched with the product's role",
            ),
        ],
    ),
    runs(
        "glue-update-dev-endpoint",
        "adds an SSH key to a development endpoint",
        "glue.amazonaws.com",
        &[call(
            "glue:UpdateDevEndpoint",
            "whoever signs in there has the endpoint's role",
        )],
    ),
    runs(
        "glue-run-statement",
        "runs statements in somebody's session",
        "glue.amazonaws.com",
        &[call(
            "glue:RunStatement",
            "they run with the session's role",
        )],
    ),
    runs(
        "sagemaker-open-notebook",
        "opens a notebook",
        SAGEMAKER,
        &[call(
            "sagemaker:CreatePresignedNotebookInstanceUrl",
            "the URL opens a shell with the notebook's role",
        )],
    ),
    runs(
        "sagemaker-notebook-script",
        "replaces the start script of a notebook",
        SAGEMAKER,
        &[
            call(
                "sagemaker:StopNotebookInstance",
                "the script runs when the notebook starts",
            ),
            call(
                "sagemaker:UpdateNotebookInstanceLifecycleConfig",
                "the new script is chosen",
            ),
            call(
                "sagemaker:StartNotebookInstance",
                "the script runs with the notebook's role",
            ),
        ],
    ),
    runs(
        "sagemaker-open-studio",
        "signs in to Studio as another user",
        SAGEMAKER,
        &[call(
            "sagemaker:CreatePresignedDomainUrl",
            "the URL signs in with the user's role",
        )],
    ),
    runs(
        "sagemaker-space-session",
        "connects to a Studio space",
        SAGEMAKER,
        &[call(
            "sagemaker:StartSession",
            "the connection has the space's role",
        )],
    ),
    runs(
        "step-functions-update",
        "rewrites a state machine and starts it",
        "states.amazonaws.com",
        &[
            call(
                "states:UpdateStateMachine",
                "it then calls any API with its role",
            ),
            call("states:StartExecution", "the state machine runs"),
        ],
    ),
    runs(
        "app-runner-update",
        "changes what a service runs",
        "tasks.apprunner.amazonaws.com",
        &[call(
            "apprunner:UpdateService",
            "the service runs a chosen image with its role",
        )],
    ),
    runs(
        "amplify-build",
        "changes how an application is built",
        "amplify.amazonaws.com",
        &[
            call("amplify:UpdateApp", "the build runs chosen commands"),
            call(
                "amplify:StartJob",
                "the build runs with the application's role",
            ),
        ],
    ),
    runs(
        "emr-add-steps",
        "adds steps to a cluster",
        EC2,
        &[call(
            "elasticmapreduce:AddJobFlowSteps",
            "a step runs chosen code with the cluster's role",
        )],
    ),
    runs(
        "emr-cluster-credentials",
        "gets the credentials of a cluster's role",
        EC2,
        &[call(
            "elasticmapreduce:GetClusterSessionCredentials",
            "they are the role's",
        )],
    ),
    runs(
        "emr-containers-job",
        "runs a job on a virtual cluster",
        "emr-containers.amazonaws.com",
        &[call(
            "emr-containers:StartJobRun",
            "the role is named without being passed",
        )],
    ),
    runs(
        "flink-update",
        "replaces the code of a stream application",
        "kinesisanalytics.amazonaws.com",
        &[call(
            "kinesisanalytics:UpdateApplication",
            "the new code runs with the application's role",
        )],
    ),
    runs(
        "agentcore-use-interpreter",
        "runs code in a code interpreter",
        AGENT_CORE,
        &[
            call(
                "bedrock-agentcore:StartCodeInterpreterSession",
                "a session of it",
            )
            .on(INTERPRETER),
            call(
                "bedrock-agentcore:InvokeCodeInterpreter",
                "the code runs with the interpreter's role",
            )
            .on(INTERPRETER),
        ],
    ),
    runs(
        "agentcore-run-command",
        "runs commands in an agent's runtime",
        AGENT_CORE,
        &[call(
            "bedrock-agentcore:InvokeAgentRuntimeCommand",
            "the command runs with the runtime's role",
        )
        .on(On::Like("arn:{p}:bedrock-agentcore:*:{a}:runtime/*"))],
    ),
    runs(
        "roles-anywhere-anchor",
        "replaces the authority that a trust anchor trusts",
        "rolesanywhere.amazonaws.com",
        &[call(
            "rolesanywhere:UpdateTrustAnchor",
            "its own authority issues certificates for the roles behind it",
        )],
    ),
];
