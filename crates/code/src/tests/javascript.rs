//! JavaScript and TypeScript.

fn check(code: &str, expected: &str) {
    super::check("src/index.js", code, expected);
}

fn check_ts(code: &str, expected: &str) {
    super::check("src/index.ts", code, expected);
}

const S3: &str =
    "import { S3Client, GetObjectCommand, PutObjectCommand as Put } from '@aws-sdk/client-s3';\n";
const V2: &str = "const AWS = require('aws-sdk');\n";

#[test]
fn version_3() {
    check(
        &format!(
            "{S3}const s3 = new S3Client({{}});\nexport const handler = async (event) => {{\n  await s3.send(new GetObjectCommand({{ Bucket: process.env.B, Key: event.key }}));\n}};\n"
        ),
        "s3.GetObject Bucket=$B Key=@key",
    );
    check(
        &format!(
            "{S3}const s3 = new S3Client({{ region: 'eu-west-1' }});\nconst input = {{ Bucket: 'b' }};\nconst command = new Put(input);\ns3.send(command);\n"
        ),
        "s3.PutObject Bucket=b <region=eu-west-1>",
    );
    check(
        "const { SFNClient, StartExecutionCommand: Start } = require('@aws-sdk/client-sfn');\nnew SFNClient().send(new Start({ stateMachineArn: process.env['ARN'] }));\n",
        "sfn.StartExecution stateMachineArn=$ARN",
    );
    check(
        "import * as s3 from '@aws-sdk/client-s3';\nconst c = new s3.S3Client();\nc.send(new s3.ListBucketsCommand({}));\n",
        "s3.ListBuckets",
    );
    check(
        "import { S3 } from '@aws-sdk/client-s3';\nnew S3({}).getObject({ Bucket: 'b' });\n",
        "s3.GetObject Bucket=b",
    );
    check(
        "import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';\nnew CloudWatchLogs().putLogEvents({ logGroupName: 'g' }, (e) => e);\n",
        "cloudwatch-logs.PutLogEvents logGroupName=g",
    );
    check(
        "import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';\nfor await (const p of paginateListObjectsV2({ client: new S3Client() }, { Bucket: 'b' })) {}\n",
        "s3.ListObjectsV2 Bucket=b",
    );
    check(
        "import { waitUntilObjectExists, S3Client } from '@aws-sdk/client-s3';\nawait waitUntilObjectExists({ client: new S3Client(), maxWaitTime: 1 }, { Bucket: 'b' });\n",
        "s3.HeadObject Bucket=b",
    );
    check(
        "import { getSignedUrl } from '@aws-sdk/s3-request-presigner';\nimport { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';\ngetSignedUrl(new S3Client(), new PutObjectCommand({ Bucket: 'b' }), { expiresIn: 3 });\n",
        "s3.PutObject Bucket=b",
    );
    check(
        "import { Upload } from '@aws-sdk/lib-storage';\nnew Upload({ client, params: { Bucket: 'b' } }).done();\n",
        "s3.AbortMultipartUpload Bucket=b\ns3.CompleteMultipartUpload Bucket=b\ns3.CreateMultipartUpload Bucket=b\ns3.PutObject Bucket=b\ns3.UploadPart Bucket=b",
    );
    check(
        "const { S3Client } = await import('@aws-sdk/client-s3');\nnew S3Client().send(unknown());\n",
        "unresolved: a command is sent of which it is not known which it is",
    );
}

#[test]
fn document_clients() {
    let import = "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';\nimport { DynamoDBDocumentClient, DynamoDBDocument, GetCommand, TransactWriteCommand, BatchWriteCommand, paginateScan } from '@aws-sdk/lib-dynamodb';\nconst doc = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'r' }));\n";
    check(
        &format!("{import}await doc.send(new GetCommand({{ TableName: process.env.T }}));\n"),
        "dynamodb.GetItem TableName=$T <region=r>",
    );
    check(
        &format!("{import}paginateScan({{ client: doc }}, {{ TableName: 't' }});\n"),
        "dynamodb.Scan TableName=t",
    );
    check(
        &format!(
            "{import}DynamoDBDocument.from(new DynamoDBClient()).put({{ TableName: 't' }});\n"
        ),
        "dynamodb.PutItem TableName=t",
    );
    check(
        &format!(
            "{import}doc.send(new TransactWriteCommand({{ TransactItems: [{{ Put: {{ TableName: 'a' }} }}] }}));\n"
        ),
        "dynamodb.TransactWriteItems TransactItems=[{Put:{TableName:a}}] <region=r>",
    );
    check(
        &format!(
            "{import}const T = process.env.T;\ndoc.send(new BatchWriteCommand({{ RequestItems: {{ [T]: [] }} }}));\n"
        ),
        "dynamodb.BatchWriteItem RequestItems={$T:[]} <region=r>",
    );
}

#[test]
fn version_2() {
    check(
        &format!(
            "{V2}const s3 = new AWS.S3();\nexports.handler = async (event) => {{\n  const params = {{ Bucket: event.bucket, Key: 'k' }};\n  return s3.putObject(params).promise();\n}};\n"
        ),
        "s3.PutObject Bucket=@bucket Key=k",
    );
    check(
        &format!(
            "{V2}const doc = new AWS.DynamoDB.DocumentClient({{ region: 'r' }});\ndoc.get({{ TableName: 't' }}, function (err, data) {{ new AWS.SNS().publish({{ TopicArn: 'x' }}).send(); }});\n"
        ),
        "dynamodb.GetItem TableName=t <region=r>\nsns.Publish TopicArn=x",
    );
    check(
        "const DynamoDB = require('aws-sdk/clients/dynamodb');\nnew DynamoDB.DocumentClient().batchWrite({ RequestItems: {} }).promise();\n",
        "dynamodb.BatchWriteItem RequestItems={}",
    );
    check(
        "import { DocumentClient } from 'aws-sdk/clients/dynamodb';\nnew DocumentClient().delete({ TableName: 't' }).promise();\n",
        "dynamodb.DeleteItem TableName=t",
    );
    check(
        "import SQS from 'aws-sdk/clients/sqs';\nnew SQS({ params: { QueueUrl: 'q' } }).sendMessage({ MessageBody: 'm' });\n",
        "sqs.SendMessage MessageBody=m QueueUrl=q",
    );
    check(
        "import { StepFunctions } from 'aws-sdk';\nnew StepFunctions().startExecution({ stateMachineArn: 'a' });\n",
        "stepfunctions.StartExecution stateMachineArn=a",
    );
    check(
        "const XRay = require('aws-xray-sdk');\nconst AWS = XRay.captureAWS(require('aws-sdk'));\nnew AWS.Lambda().invoke({ FunctionName: 'f' });\n",
        "lambda.Invoke FunctionName=f",
    );
    check(
        &format!("{V2}new AWS.S3().getSignedUrl('putObject', {{ Bucket: 'b' }});\n"),
        "s3.PutObject Bucket=b",
    );
    check(
        &format!("{V2}new AWS.S3().waitFor('objectExists', {{ Bucket: 'b' }});\n"),
        "s3.HeadObject Bucket=b",
    );
    check(
        &format!(
            "{V2}const s3 = new AWS.S3();\nconst op = unknown();\ns3[op]({{ Bucket: 'b' }});\ns3['listBuckets']();\n"
        ),
        "s3.ListBuckets\nunresolved: the operation is chosen when the code runs",
    );
    check(
        &format!(
            "{V2}AWS.config.update({{ region: 'r' }});\nnew AWS.Endpoint('x');\nnew AWS.S3().config.region;\n"
        ),
        "",
    );
    check(
        "module.exports = (db) => db.scan({ TableName: 't' }).promise();\n",
        "unresolved: `scan` looks like a call of the SDK, but its client is not known",
    );
}

#[test]
fn texts_are_followed() {
    for (text, expected) in [
        ("`a-${process.env.S}-${1}`", "a-+$S+-1"),
        ("'a' + process.env.S + '-b'", "a+$S+-b"),
        ("process.env.S ?? 'd'", "${S:-d}"),
        ("process.env.S || 'd'", "${S:-d}"),
        ("S", "$S"),
        ("U", "${T:-u}"),
        ("config.table", "t1"),
        ("config['table']", "t1"),
        ("config?.nested.deep", "x"),
        ("Kind.A", "a"),
        ("x ? 'a' : 'b'", "(a|b)"),
        ("['a', 'b'].join('-')", "a-b"),
        ("['a', ...more]", "[a,b]"),
        ("String(process.env.S).toLowerCase", "?"),
        ("unknown()", "?"),
        ("{ ...config, [S]: 'v' }", "{nested:{deep:x},table:t1,$S:v}"),
    ] {
        check(
            &format!(
                "const {{ S, T: U = 'u' }} = process.env;\nconst more = ['b'];\nconst config = {{ table: 't1', nested: {{ deep: 'x' }} }};\nconst Kind = Object.freeze({{ A: 'a' }});\nconst {{ XClient, OpCommand }} = require('@aws-sdk/client-x');\nnew XClient().send(new OpCommand({{ A: {text} }}));\n"
            ),
            &format!("x.Op A={expected}"),
        );
    }
}

#[test]
fn wrappers_are_followed() {
    check(
        &format!(
            "{S3}const send = (client, bucket, key = 'k') => client.send(new GetObjectCommand({{ Bucket: bucket, Key: key }}));\nexport async function handler() {{ await send(new S3Client(), process.env.B); }}\n"
        ),
        "s3.GetObject Bucket=$B Key=k",
    );
    check(
        &format!(
            "{S3}let client;\nfunction get() {{ if (!client) client = new S3Client({{ region: 'r' }}); return client; }}\nexports.handler = async () => get().send(new GetObjectCommand({{}}));\n"
        ),
        "s3.GetObject <region=r>",
    );
    check(
        &format!(
            "{S3}['a', 'b'].map(async (b) => new S3Client().send(new GetObjectCommand({{ Bucket: b }})));\n"
        ),
        "s3.GetObject Bucket=(a|b)",
    );
    check(
        &format!(
            "{V2}const make = {{ s3: () => new AWS.S3() }};\nconst run = ({{ Bucket, Key }}) => make.s3().getObject({{ Bucket, Key }}).promise();\nrun({{ Bucket: 'b', Key: 'k' }});\n"
        ),
        "s3.GetObject Bucket=b Key=k",
    );
    check(
        &format!(
            "{V2}const middy = require('@middy/core');\nconst base = async (e) => new AWS.S3().listBuckets().promise();\nexports.handler = middy(base).use(x());\n"
        ),
        "s3.ListBuckets",
    );
    check(
        &format!(
            "{V2}const p = new Promise((ok) => {{ new AWS.SQS().listQueues({{}}, ok); }}).then(() => new AWS.S3().listBuckets());\n"
        ),
        "sqs.ListQueues\ns3.ListBuckets",
    );
}

#[test]
fn classes() {
    check(
        &format!(
            "{S3}class Store {{\n  client = new S3Client({{}});\n  #name;\n  constructor(name) {{ this.#name = name; }}\n  get = async (k) => this.client.send(new GetObjectCommand({{ Bucket: this.#name, Key: k }}));\n  static make() {{ return new Store(process.env.B); }}\n}}\nStore.make().get('k');\n"
        ),
        "s3.GetObject Bucket=$B Key=k",
    );
    check(
        &format!(
            "{V2}class Base {{ constructor(name) {{ this.db = new AWS.DynamoDB(); this.name = name; }} }}\nclass Repo extends Base {{ constructor() {{ super('t'); }} all() {{ return this.db.scan({{ TableName: this.name }}).promise(); }} }}\nmodule.exports = {{ Repo }};\n"
        ),
        "dynamodb.Scan TableName=t",
    );
    check_ts(
        "import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';\nimport type { Other } from './types';\nenum Topic { A = 'a' }\nexport class Sender {\n  constructor(private readonly client: SNSClient, private topic?: string) {}\n  async send<T>(m: T): Promise<void> { await this.client.send(new PublishCommand({ TopicArn: this.topic!, Message: m as string })); }\n}\nconst s = new Sender(new SNSClient({}), process.env.T);\nexport const handler = async (event: any): Promise<void> => { await s.send<string>(event.m); await s.send(Topic.A); };\n",
        "sns.Publish Message=a TopicArn=$T\nsns.Publish Message=@m TopicArn=$T",
    );
}

#[test]
fn local_modules() {
    check(
        "const { put, table } = require('./lib/db');\nconst s3 = require('./s3');\nexports.handler = async () => { await put(table); s3.list(); };\n--- src/lib/db.js\nconst AWS = require('aws-sdk');\nconst db = new AWS.DynamoDB.DocumentClient();\nmodule.exports.put = (t) => db.put({ TableName: t }).promise();\nmodule.exports.table = process.env.T;\n--- src/s3/index.js\nconst AWS = require('aws-sdk');\nmodule.exports = { list() { return new AWS.S3().listBuckets().promise(); } };\n",
        "dynamodb.PutItem TableName=$T\ns3.ListBuckets",
    );
    check_ts(
        "import db, { TABLE as t } from './db.js';\nexport * from './more';\nimport * as more from './more';\nexport const handler = async () => { db.put({ TableName: t }).promise(); more.list(); };\n--- src/db.ts\nimport { DynamoDB } from 'aws-sdk';\nexport const TABLE = 'table';\nexport default new DynamoDB.DocumentClient();\n--- src/more.ts\nimport AWS = require('aws-sdk');\nexport async function list() { return new AWS.S3().listBuckets().promise(); }\n",
        "dynamodb.PutItem TableName=table\ns3.ListBuckets",
    );
    check(
        "const a = require('./a');\na.go();\n--- src/a.js\nconst b = require('./b');\nconst AWS = require('aws-sdk');\nexports.s3 = new AWS.S3();\nexports.go = () => b.go();\n--- src/b.js\nconst a = require('./a');\nexports.go = () => a.s3.listBuckets();\n",
        "s3.ListBuckets",
    );
}

#[test]
fn the_event_is_followed() {
    check(
        &format!(
            "{S3}exports.handler = async ({{ Records }}) => {{ for (const r of Records) {{ const {{ bucket, object: {{ key }} }} = r.s3; new S3Client().send(new GetObjectCommand({{ Bucket: bucket.name, Key: key }})); }} }};\n"
        ),
        "s3.GetObject Bucket=@Records.s3.bucket.name Key=@Records.s3.object.key",
    );
    check(
        &format!(
            "{S3}exports.handler = async (event) => {{ const {{ bucket, object: {{ key }} }} = event.Records[0].s3; new S3Client().send(new GetObjectCommand({{ Bucket: bucket.name, Key: key }})); }};\n"
        ),
        "s3.GetObject Bucket=@Records.s3.bucket.name Key=@Records.s3.object.key",
    );
    check(
        &format!(
            "{S3}exports.handler = async (event) => Promise.all(event.Records.map((r) => new S3Client().send(new GetObjectCommand({{ Bucket: r.s3.bucket.name }}))));\n"
        ),
        "s3.GetObject Bucket=@Records.s3.bucket.name",
    );
}

#[test]
fn other_libraries_call_the_sdk_too() {
    check(
        "import { getSecret } from '@aws-lambda-powertools/parameters/secrets';\nimport { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';\nawait getSecret(process.env.S);\nnew DynamoDBPersistenceLayer({ tableName: 't' });\n",
        "secrets-manager.GetSecretValue SecretId=$S\ndynamodb.DeleteItem TableName=t\ndynamodb.GetItem TableName=t\ndynamodb.PutItem TableName=t\ndynamodb.UpdateItem TableName=t",
    );
    check(
        "const middy = require('@middy/core');\nconst secrets = require('@middy/secrets-manager');\nmiddy(async () => {}).use(secrets({ fetchData: { a: 'x', b: process.env.S } }));\n",
        "secrets-manager.GetSecretValue SecretId=(x|$S)",
    );
    check(
        "const { S3Client } = require('@aws-sdk/client-s3');\nconst cache = new Map();\ncache.set('a', new S3Client());\ncache.get('a').send(undefined);\n",
        "unresolved: a command is sent of which it is not known which it is",
    );
}
