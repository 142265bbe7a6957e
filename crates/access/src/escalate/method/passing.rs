//! A role is passed to a service that then runs code, or acts, with it.
//!
//! Left out: services that take a role only to write logs or to read one named object for the
//! caller, where what they do with it can't be chosen.

use super::{Call, Family, Gives, Method, On, call};

const fn passes(
    id: &'static str,
    name: &'static str,
    services: &'static [&'static str],
    calls: &'static [Call],
) -> Method {
    Method {
        id,
        name,
        family: Family::PassedRoles,
        passes: services,
        calls,
        gives: Gives::Role,
    }
}

const LAMBDA: &[&str] = &["lambda.amazonaws.com"];
const EC2: &[&str] = &["ec2.amazonaws.com"];
const TASKS: &[&str] = &["ecs-tasks.amazonaws.com"];
const CODEBUILD: &[&str] = &["codebuild.amazonaws.com"];
const CLOUDFORMATION: &[&str] = &["cloudformation.amazonaws.com"];
const GLUE: &[&str] = &["glue.amazonaws.com"];
const SAGEMAKER: &[&str] = &["sagemaker.amazonaws.com"];
const APP_RUNNER: &[&str] = &["tasks.apprunner.amazonaws.com"];
const STATES: &[&str] = &["states.amazonaws.com"];
const AGENT_CORE: &[&str] = &["bedrock-agentcore.amazonaws.com"];
const SSM: &[&str] = &["ssm.amazonaws.com"];
const SCHEDULER: &[&str] = &["scheduler.amazonaws.com"];
const DATA_PIPELINE: &[&str] = &[
    "datapipeline.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
];
const AMPLIFY: &[&str] = &["amplify.amazonaws.com"];

const NEW_FUNCTION: Call = call(
    "lambda:CreateFunction",
    "the new function runs chosen code with the role",
);
const NEW_PROJECT: Call = call(
    "codebuild:CreateProject",
    "the new project builds with the role",
);
const NEW_JOB: Call = call(
    "glue:CreateJob",
    "the new job runs a chosen script with the role",
);
const NEW_TASK: Call = call(
    "ecs:RegisterTaskDefinition",
    "the definition names chosen code and the role",
);
const NEW_NOTEBOOK: Call = call(
    "sagemaker:CreateNotebookInstance",
    "the new notebook has the role",
);
const ON_AUTOMATION: On = On::Like("arn:{p}:ssm:*:{a}:automation-definition/*");

pub(super) const METHODS: &[Method] = &[
    passes(
        "lambda-invoke",
        "makes a function with a role and invokes it",
        LAMBDA,
        &[NEW_FUNCTION, call("lambda:InvokeFunction", "the code runs")],
    ),
    passes(
        "lambda-event-source",
        "makes a function with a role and has events run it",
        LAMBDA,
        &[
            NEW_FUNCTION,
            call(
                "lambda:CreateEventSourceMapping",
                "each event runs the code",
            ),
        ],
    ),
    passes(
        "lambda-permission",
        "makes a function with a role and lets others invoke it",
        LAMBDA,
        &[
            NEW_FUNCTION,
            call("lambda:AddPermission", "anybody can then run the code"),
        ],
    ),
    passes(
        "lambda-url",
        "makes a function with a role and calls it by its URL",
        LAMBDA,
        &[
            NEW_FUNCTION,
            call("lambda:CreateFunctionUrlConfig", "the function gets a URL"),
            call("lambda:InvokeFunctionUrl", "the code runs"),
        ],
    ),
    passes(
        "lambda-microvm",
        "runs a micro virtual machine with a role",
        LAMBDA,
        &[
            call("lambda:RunMicrovm", "the machine has the role"),
            call(
                "lambda:CreateMicrovmShellAuthToken",
                "the token opens a shell in it",
            ),
        ],
    ),
    passes(
        "lambda-microvm-image",
        "builds an image of a micro virtual machine with a role",
        LAMBDA,
        &[call(
            "lambda:CreateMicrovmImage",
            "the build runs chosen commands with the role",
        )],
    ),
    passes(
        "ec2-run-instances",
        "starts a machine with a role",
        EC2,
        &[call(
            "ec2:RunInstances",
            "its start script reads the role's credentials",
        )],
    ),
    passes(
        "ec2-spot-instances",
        "asks for a spot machine with a role",
        EC2,
        &[call(
            "ec2:RequestSpotInstances",
            "its start script reads the role's credentials",
        )],
    ),
    passes(
        "ec2-spot-fleet",
        "asks for a fleet of spot machines with a role",
        EC2,
        &[call(
            "ec2:RequestSpotFleet",
            "their start script reads the role's credentials",
        )],
    ),
    passes(
        "ec2-auto-scaling-template",
        "lets a group start machines with a role",
        EC2,
        &[
            call(
                "ec2:CreateLaunchTemplate",
                "the template names a start script and the role",
            ),
            call(
                "autoscaling:CreateAutoScalingGroup",
                "the group starts machines from it",
            ),
        ],
    ),
    passes(
        "ec2-auto-scaling-configuration",
        "lets a group start machines with a role",
        EC2,
        &[
            call(
                "autoscaling:CreateLaunchConfiguration",
                "the configuration names a start script and the role",
            ),
            call(
                "autoscaling:CreateAutoScalingGroup",
                "the group starts machines from it",
            ),
        ],
    ),
    passes(
        "ec2-associate-profile",
        "gives a running machine a role",
        EC2,
        &[call(
            "ec2:AssociateIamInstanceProfile",
            "whoever is on the machine reads the role's credentials",
        )],
    ),
    passes(
        "ec2-replace-profile",
        "gives a running machine another role",
        EC2,
        &[call(
            "ec2:ReplaceIamInstanceProfileAssociation",
            "whoever is on the machine reads the role's credentials",
        )],
    ),
    passes(
        "ssm-automation",
        "starts an automation with a role",
        SSM,
        &[call(
            "ssm:StartAutomationExecution",
            "the automation calls any API with the role",
        )
        .on(ON_AUTOMATION)],
    ),
    passes(
        "ssm-maintenance-window",
        "adds a task with a role to a maintenance window",
        SSM,
        &[call(
            "ssm:RegisterTaskWithMaintenanceWindow",
            "the task acts with the role",
        )],
    ),
    passes(
        "ssm-activation",
        "activates a machine of its own with a role",
        SSM,
        &[call(
            "ssm:CreateActivation",
            "the machine gets the role's credentials",
        )],
    ),
    passes(
        "ecs-run-task",
        "runs a task with another role and command",
        TASKS,
        &[call(
            "ecs:RunTask",
            "both can be overridden when a task is run",
        )],
    ),
    passes(
        "ecs-new-task-run",
        "defines a task with a role and runs it",
        TASKS,
        &[NEW_TASK, call("ecs:RunTask", "the task runs")],
    ),
    passes(
        "ecs-new-task-start",
        "defines a task with a role and starts it on a machine",
        TASKS,
        &[NEW_TASK, call("ecs:StartTask", "the task runs")],
    ),
    passes(
        "ecs-new-task-service",
        "defines a task with a role and makes a service of it",
        TASKS,
        &[
            NEW_TASK,
            call("ecs:CreateService", "the service runs the task"),
        ],
    ),
    passes(
        "ecs-new-task-update",
        "defines a task with a role and has a service run it",
        TASKS,
        &[
            NEW_TASK,
            call("ecs:UpdateService", "the service runs the task"),
        ],
    ),
    passes(
        "batch-job",
        "defines a job with a role and submits it",
        TASKS,
        &[
            call(
                "batch:RegisterJobDefinition",
                "the definition names chosen code and the role",
            ),
            call("batch:SubmitJob", "the job runs")
                .on(On::Like("arn:{p}:batch:*:{a}:job-definition/*")),
            call("batch:SubmitJob", "on this queue")
                .on(On::Like("arn:{p}:batch:*:{a}:job-queue/*")),
        ],
    ),
    passes(
        "eks-pod-identity",
        "gives pods of a cluster a role",
        &["pods.eks.amazonaws.com"],
        &[call(
            "eks:CreatePodIdentityAssociation",
            "pods of that account of the cluster have the role",
        )],
    ),
    passes(
        "codebuild-build",
        "makes a build project with a role and starts it",
        CODEBUILD,
        &[
            NEW_PROJECT,
            call("codebuild:StartBuild", "the build runs chosen commands"),
        ],
    ),
    passes(
        "codebuild-batch",
        "makes a build project with a role and starts a batch",
        CODEBUILD,
        &[
            NEW_PROJECT,
            call(
                "codebuild:StartBuildBatch",
                "the builds run chosen commands",
            ),
        ],
    ),
    passes(
        "codebuild-update",
        "gives a build project another role and starts it",
        CODEBUILD,
        &[
            call(
                "codebuild:UpdateProject",
                "the project then builds with the role",
            ),
            call("codebuild:StartBuild", "the build runs chosen commands"),
        ],
    ),
    passes(
        "codepipeline-new",
        "makes a pipeline with a role",
        &["codepipeline.amazonaws.com"],
        &[call(
            "codepipeline:CreatePipeline",
            "its actions are done with the role",
        )],
    ),
    passes(
        "codepipeline-update",
        "gives a pipeline another role",
        &["codepipeline.amazonaws.com"],
        &[
            call(
                "codepipeline:UpdatePipeline",
                "its actions are done with the role",
            ),
            call("codepipeline:StartPipelineExecution", "the pipeline runs"),
        ],
    ),
    passes(
        "codestar-project",
        "makes a project with a role",
        &["codestar.amazonaws.com"],
        &[call(
            "codestar:CreateProject",
            "the project's stack is made with the role",
        )],
    ),
    passes(
        "cloudformation-create",
        "makes a stack with a role",
        CLOUDFORMATION,
        &[call(
            "cloudformation:CreateStack",
            "the stack makes any resource with the role",
        )],
    ),
    passes(
        "cloudformation-update-role",
        "updates a stack with another role",
        CLOUDFORMATION,
        &[call(
            "cloudformation:UpdateStack",
            "the stack makes any resource with the role",
        )],
    ),
    passes(
        "cloudformation-change-set-role",
        "changes a stack with a role",
        CLOUDFORMATION,
        &[
            call(
                "cloudformation:CreateChangeSet",
                "the change names any resource and the role",
            ),
            call("cloudformation:ExecuteChangeSet", "the change is made"),
        ],
    ),
    passes(
        "cloudformation-stack-set",
        "makes stacks in many accounts with a role",
        CLOUDFORMATION,
        &[
            call(
                "cloudformation:CreateStackSet",
                "the set names any resource and the role",
            ),
            call("cloudformation:CreateStackInstances", "the stacks are made"),
        ],
    ),
    passes(
        "cloudformation-update-stack-set-role",
        "updates stacks in many accounts with a role",
        CLOUDFORMATION,
        &[call(
            "cloudformation:UpdateStackSet",
            "the set makes any resource with the role",
        )],
    ),
    passes(
        "service-catalog-constraint",
        "has a product launched with a role",
        &["servicecatalog.amazonaws.com"],
        &[
            call(
                "servicecatalog:CreateProduct",
                "the product's template makes any resource",
            ),
            call(
                "servicecatalog:CreateConstraint",
                "it is launched with the role",
            ),
            call("servicecatalog:ProvisionProduct", "the product is launched"),
        ],
    ),
    passes(
        "data-pipeline",
        "makes a data pipeline with a role",
        DATA_PIPELINE,
        &[
            call("datapipeline:CreatePipeline", "a new pipeline"),
            call(
                "datapipeline:PutPipelineDefinition",
                "it runs chosen commands with the role",
            ),
            call("datapipeline:ActivatePipeline", "the pipeline runs"),
        ],
    ),
    passes(
        "glue-dev-endpoint",
        "makes a development endpoint with a role",
        GLUE,
        &[call(
            "glue:CreateDevEndpoint",
            "whoever signs in there has the role",
        )],
    ),
    passes(
        "glue-job-run",
        "makes a job with a role and runs it",
        GLUE,
        &[NEW_JOB, call("glue:StartJobRun", "the script runs")],
    ),
    passes(
        "glue-job-trigger",
        "makes a job with a role and has it run on a schedule",
        GLUE,
        &[
            NEW_JOB,
            call("glue:CreateTrigger", "the trigger runs the script"),
        ],
    ),
    passes(
        "glue-update-job-run",
        "gives a job another role and script and runs it",
        GLUE,
        &[
            call(
                "glue:UpdateJob",
                "the job then runs a chosen script with the role",
            ),
            call("glue:StartJobRun", "the script runs"),
        ],
    ),
    passes(
        "glue-update-job-trigger",
        "gives a job another role and script and has it run on a schedule",
        GLUE,
        &[
            call(
                "glue:UpdateJob",
                "the job then runs a chosen script with the role",
            ),
            call("glue:CreateTrigger", "the trigger runs the script"),
        ],
    ),
    passes(
        "glue-session",
        "makes an interactive session with a role",
        GLUE,
        &[
            call("glue:CreateSession", "the session has the role"),
            call("glue:RunStatement", "statements run in it"),
        ],
    ),
    passes(
        "sagemaker-notebook",
        "makes a notebook with a role and opens it",
        SAGEMAKER,
        &[
            NEW_NOTEBOOK,
            call(
                "sagemaker:CreatePresignedNotebookInstanceUrl",
                "the URL opens a shell with the role",
            ),
        ],
    ),
    passes(
        "sagemaker-notebook-lifecycle",
        "makes a notebook with a role and a start script",
        SAGEMAKER,
        &[
            call(
                "sagemaker:CreateNotebookInstanceLifecycleConfig",
                "the script is chosen",
            ),
            NEW_NOTEBOOK,
        ],
    ),
    passes(
        "sagemaker-training",
        "trains with a role",
        SAGEMAKER,
        &[call(
            "sagemaker:CreateTrainingJob",
            "the job runs a chosen image with the role",
        )],
    ),
    passes(
        "sagemaker-tuning",
        "tunes a model with a role",
        SAGEMAKER,
        &[call(
            "sagemaker:CreateHyperParameterTuningJob",
            "the job runs a chosen image with the role",
        )],
    ),
    passes(
        "sagemaker-processing",
        "processes data with a role",
        SAGEMAKER,
        &[call(
            "sagemaker:CreateProcessingJob",
            "the job runs a chosen image with the role",
        )],
    ),
    passes(
        "sagemaker-endpoint",
        "serves a model with a role",
        SAGEMAKER,
        &[
            call(
                "sagemaker:CreateModel",
                "the model is a chosen image with the role",
            ),
            call(
                "sagemaker:CreateEndpointConfig",
                "the endpoint serves the model",
            ),
            call("sagemaker:CreateEndpoint", "the image runs"),
        ],
    ),
    passes(
        "sagemaker-pipeline",
        "makes a pipeline with a role and starts it",
        SAGEMAKER,
        &[
            call(
                "sagemaker:CreatePipeline",
                "its steps run chosen code with the role",
            ),
            call("sagemaker:StartPipelineExecution", "the pipeline runs"),
        ],
    ),
    passes(
        "sagemaker-studio",
        "makes a Studio user with a role and signs in",
        SAGEMAKER,
        &[
            call(
                "sagemaker:CreateUserProfile",
                "the user's notebooks have the role",
            ),
            call(
                "sagemaker:CreatePresignedDomainUrl",
                "the URL signs in as that user",
            ),
        ],
    ),
    passes(
        "app-runner-new",
        "makes a service with a role",
        APP_RUNNER,
        &[call(
            "apprunner:CreateService",
            "the service runs a chosen image with the role",
        )],
    ),
    passes(
        "app-runner-update-role",
        "gives a service another role and image",
        APP_RUNNER,
        &[call(
            "apprunner:UpdateService",
            "the service runs a chosen image with the role",
        )],
    ),
    passes(
        "step-functions-new",
        "makes a state machine with a role and starts it",
        STATES,
        &[
            call(
                "states:CreateStateMachine",
                "it calls any API with the role",
            ),
            call("states:StartExecution", "the state machine runs"),
        ],
    ),
    passes(
        "step-functions-update-role",
        "gives a state machine another role and starts it",
        STATES,
        &[
            call(
                "states:UpdateStateMachine",
                "it then calls any API with the role",
            ),
            call("states:StartExecution", "the state machine runs"),
        ],
    ),
    passes(
        "step-functions-test",
        "tests a state with a role",
        STATES,
        &[call(
            "states:TestState",
            "the state calls any API with the role",
        )],
    ),
    passes(
        "scheduler-new",
        "makes a schedule with a role",
        SCHEDULER,
        &[call(
            "scheduler:CreateSchedule",
            "the schedule calls any API with the role",
        )],
    ),
    passes(
        "scheduler-update",
        "gives a schedule another role and target",
        SCHEDULER,
        &[call(
            "scheduler:UpdateSchedule",
            "the schedule calls any API with the role",
        )],
    ),
    passes(
        "eventbridge-target",
        "makes a rule whose target acts with a role",
        &["events.amazonaws.com"],
        &[
            call("events:PutRule", "the rule fires on a schedule"),
            call("events:PutTargets", "the target is started with the role"),
        ],
    ),
    passes(
        "eventbridge-pipe",
        "makes a pipe with a role",
        &["pipes.amazonaws.com"],
        &[call(
            "pipes:CreatePipe",
            "the pipe reads and sends with the role",
        )],
    ),
    passes(
        "amplify-app",
        "makes an application that is built with a role",
        AMPLIFY,
        &[
            call(
                "amplify:CreateApp",
                "its build runs chosen commands with the role",
            ),
            call("amplify:CreateBranch", "the branch is built"),
            call("amplify:StartJob", "the build runs"),
        ],
    ),
    passes(
        "agentcore-code-interpreter",
        "makes a code interpreter with a role and uses it",
        AGENT_CORE,
        &[
            call(
                "bedrock-agentcore:CreateCodeInterpreter",
                "the interpreter has the role",
            ),
            call(
                "bedrock-agentcore:StartCodeInterpreterSession",
                "a session of it",
            )
            .on(INTERPRETER),
            call("bedrock-agentcore:InvokeCodeInterpreter", "the code runs").on(INTERPRETER),
        ],
    ),
    passes(
        "agentcore-runtime",
        "makes an agent's runtime with a role and invokes it",
        AGENT_CORE,
        &[
            call(
                "bedrock-agentcore:CreateAgentRuntime",
                "the runtime is a chosen image with the role",
            ),
            call("bedrock-agentcore:InvokeAgentRuntime", "the code runs").on(RUNTIME),
        ],
    ),
    passes(
        "agentcore-harness",
        "makes an agent with a role and has it run commands",
        AGENT_CORE,
        &[
            call("bedrock-agentcore:CreateHarness", "the agent has the role"),
            call("bedrock-agentcore:InvokeHarness", "it runs what it is told")
                .on(On::Like("arn:{p}:bedrock-agentcore:*:{a}:harness/*")),
        ],
    ),
    passes(
        "image-builder",
        "builds a machine image on a machine with a role",
        EC2,
        &[
            call(
                "imagebuilder:CreateInfrastructureConfiguration",
                "the building machine has the role",
            ),
            call("imagebuilder:CreateComponent", "it runs chosen commands"),
            call("imagebuilder:CreateImageRecipe", "the recipe uses them"),
            call("imagebuilder:CreateImage", "the image is built"),
        ],
    ),
    passes(
        "emr-cluster",
        "starts a cluster with a role",
        &["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"],
        &[call(
            "elasticmapreduce:RunJobFlow",
            "its steps run chosen code with the role",
        )],
    ),
    passes(
        "emr-serverless",
        "runs a job with a role",
        &["emr-serverless.amazonaws.com"],
        &[call(
            "emr-serverless:StartJobRun",
            "the job runs chosen code with the role",
        )],
    ),
    passes(
        "gamelift-fleet",
        "starts a fleet of game servers with a role",
        &["gamelift.amazonaws.com"],
        &[
            call("gamelift:CreateBuild", "the servers' code is chosen"),
            call("gamelift:CreateFleet", "the servers have the role"),
        ],
    ),
    passes(
        "flink-application",
        "makes a stream application with a role and starts it",
        &["kinesisanalytics.amazonaws.com"],
        &[
            call(
                "kinesisanalytics:CreateApplication",
                "the application is chosen code with the role",
            ),
            call("kinesisanalytics:StartApplication", "the code runs"),
        ],
    ),
    passes(
        "airflow-environment",
        "makes a workflow environment with a role",
        &["airflow.amazonaws.com", "airflow-env.amazonaws.com"],
        &[call(
            "airflow:CreateEnvironment",
            "its workflows run chosen code with the role",
        )],
    ),
    passes(
        "airflow-serverless",
        "makes a workflow with a role and runs it",
        &["airflow-serverless.amazonaws.com"],
        &[
            call(
                "airflow-serverless:CreateWorkflow",
                "its tasks call any API with the role",
            ),
            call("airflow-serverless:StartWorkflowRun", "the workflow runs"),
        ],
    ),
    passes(
        "cognito-pool-roles",
        "gives an identity pool another role",
        &["cognito-identity.amazonaws.com"],
        &[call(
            "cognito-identity:SetIdentityPoolRoles",
            "identities of the pool get the role's credentials",
        )],
    ),
    passes(
        "iot-rule",
        "makes a rule whose actions are done with a role",
        &["iot.amazonaws.com"],
        &[call(
            "iot:CreateTopicRule",
            "the rule writes and invokes with the role",
        )],
    ),
    passes(
        "iot-role-alias",
        "lets devices get the credentials of a role",
        &["credentials.iot.amazonaws.com"],
        &[call(
            "iot:CreateRoleAlias",
            "a device's certificate is exchanged for the role",
        )],
    ),
    passes(
        "appsync-data-source",
        "makes a data source of an API with a role",
        &["appsync.amazonaws.com"],
        &[
            call(
                "appsync:CreateDataSource",
                "the API reads and writes with the role",
            ),
            call("appsync:CreateResolver", "queries reach the data source"),
        ],
    ),
    passes(
        "dms-task",
        "copies data with a role",
        &["dms.amazonaws.com"],
        &[
            call(
                "dms:CreateEndpoint",
                "the endpoint reads and writes with the role",
            ),
            call("dms:CreateReplicationTask", "a task copies through it"),
            call("dms:StartReplicationTask", "the task runs"),
        ],
    ),
    passes(
        "transfer-user",
        "makes a file transfer user with a role",
        &["transfer.amazonaws.com"],
        &[call(
            "transfer:CreateUser",
            "the user reads and writes files with the role",
        )],
    ),
    passes(
        "redshift-role",
        "gives a data warehouse a role",
        &["redshift.amazonaws.com"],
        &[
            call(
                "redshift:ModifyClusterIamRoles",
                "the cluster loads and unloads with the role",
            ),
            call("redshift-data:ExecuteStatement", "the statement is chosen"),
        ],
    ),
    passes(
        "braket-job",
        "runs a hybrid job with a role",
        &["braket.amazonaws.com"],
        &[
            call("braket:CreateJob", "the job runs chosen code with the role")
                .on(On::Like("arn:{p}:braket:*:{a}:job/*")),
        ],
    ),
    passes(
        "omics-run",
        "runs a workflow with a role",
        &["omics.amazonaws.com"],
        &[call(
            "omics:StartRun",
            "its tasks run chosen images with the role",
        )],
    ),
    passes(
        "fis-experiment",
        "runs an experiment with a role",
        &["fis.amazonaws.com"],
        &[
            call(
                "fis:CreateExperimentTemplate",
                "its actions run commands with the role",
            )
            .on(EXPERIMENT),
            call("fis:StartExperiment", "the experiment runs").on(EXPERIMENT),
        ],
    ),
    passes(
        "roles-anywhere",
        "lets holders of a certificate get the credentials of a role",
        &["rolesanywhere.amazonaws.com"],
        &[
            call(
                "rolesanywhere:CreateTrustAnchor",
                "its own authority issues the certificate",
            ),
            call("rolesanywhere:CreateProfile", "the profile names the role"),
        ],
    ),
];

const INTERPRETER: On = On::Like("arn:{p}:bedrock-agentcore:*:{a}:code-interpreter-custom/*");
const RUNTIME: On = On::Like("arn:{p}:bedrock-agentcore:*:{a}:runtime/*");
const EXPERIMENT: On = On::Like("arn:{p}:fis:*:{a}:experiment-template/*");
