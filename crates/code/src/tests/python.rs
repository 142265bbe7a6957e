//! Python.

fn check(code: &str, expected: &str) {
    let code = format!("import boto3, os\n{code}");
    super::check("src/app.py", &code, expected);
}

#[test]
fn clients_and_their_arguments() {
    check(
        "s3 = boto3.client('s3')\ndef handler(event, context):\n    s3.get_object(Bucket='b', Key=event['key'])\n",
        "s3.GetObject Bucket=b Key=@key",
    );
    check(
        "from boto3 import client as make\nmake(service_name='sqs').purge_queue(QueueUrl=os.environ['Q'])\n",
        "sqs.PurgeQueue QueueUrl=$Q",
    );
    check(
        "import boto3 as b\nb.Session(region_name='eu-west-1').client('sns').publish(TopicArn=os.getenv('T', 'x'))\n",
        "sns.Publish TopicArn=${T:-x} <region_name=eu-west-1>",
    );
    check(
        "boto3.session.Session().client('s3', 'us-east-1').list_buckets()\n",
        "s3.ListBuckets <region_name=us-east-1>",
    );
    check(
        "c = boto3.client('s3', endpoint_url=os.environ['E'])\nc.list_buckets()\n",
        "s3.ListBuckets <endpoint_url=$E>",
    );
    check(
        "async def main():\n    import aioboto3\n    async with aioboto3.Session().client('s3') as s3:\n        await s3.put_object(Bucket='b')\n",
        "s3.PutObject Bucket=b",
    );
    check(
        "client = boto3.client\ndynamo = client('dynamodb')\nput = dynamo.put_item\nput(TableName='t')\n",
        "dynamodb.PutItem TableName=t",
    );
    check(
        "def handler(event, context):\n    with boto3.client('s3') as s3:\n        s3.list_buckets()\n",
        "s3.ListBuckets",
    );
}

#[test]
fn texts_are_followed() {
    for (text, expected) in [
        ("'a' + os.environ['S'] + '-b'", "a+$S+-b"),
        ("f\"a-{os.environ['S']}-{1}\"", "a-+$S+-1"),
        ("'{}-{x}'.format('a', x=os.environ['S'])", "a-+$S"),
        ("'%s-%s' % ('a', os.environ['S'])", "a-+$S"),
        ("'t-%s' % os.environ['S']", "t-+$S"),
        ("'-'.join(['a', os.environ['S']])", "a-+$S"),
        ("os.environ.get('S') or 'd'", "${S:-d}"),
        ("'a' if os.environ['S'] == 'x' else 'b'", "(a|b)"),
        ("('a' 'b')", "ab"),
        ("CONFIG['table']", "t1"),
        ("CONFIG.get('table')", "t1"),
        ("CONFIG.get('none', 'd')", "d"),
        ("TABLES[0]", "x"),
        ("Config.NAME", "n"),
        ("str(os.environ['S']).strip()", "$S"),
        ("unknown()", "?"),
        ("(name := 'walrus')", "walrus"),
        ("['a', 'b']", "[a,b]"),
        ("{os.environ['S']: [{'k': 'v'}]}", "{$S:[{k:v}]}"),
        ("f'{os.environ[\"S\"]}-{unknown()}'", "$S+-+?"),
    ] {
        check(
            &format!(
                "CONFIG = {{'table': 't1'}}\nTABLES = ['x', 'y']\nclass Config:\n    NAME = 'n'\nboto3.client('x').op(A={text})\n"
            ),
            &format!("x.Op A={expected}"),
        );
    }
}

#[test]
fn branches_are_joined() {
    check(
        "def handler(event, context):\n    if event['a']:\n        c = boto3.client('s3')\n        c.list_buckets()\n    else:\n        c = boto3.client('sqs')\n        c.list_queues()\n    c.common()\n",
        "s3.ListBuckets\nsqs.ListQueues\ns3.Common\nsqs.Common",
    );
    check(
        "name = 'a'\nif unknown():\n    name = 'b'\nboto3.client('x').op(A=name)\n",
        "x.Op A=(a|b)",
    );
    check(
        "try:\n    t = os.environ['T']\nexcept KeyError:\n    t = 'd'\nboto3.client('x').op(A=t)\n",
        "x.Op A=(d|$T)",
    );
    check(
        "for t in ['a', 'b']:\n    boto3.client('x').op(A=t)\n",
        "x.Op A=(a|b)",
    );
    check(
        "[boto3.client('x').op(A=t) for t in ('a', 'b') if t]\n",
        "x.Op A=(a|b)",
    );
    check(
        "match unknown():\n    case 1:\n        boto3.client('x').op(A='1')\n    case _:\n        boto3.client('x').op(A='2')\n",
        "x.Op A=1\nx.Op A=2",
    );
}

#[test]
fn arguments_in_maps() {
    check(
        "kw = {'TableName': 't'}\nkw['Limit'] = 1\nboto3.client('dynamodb').scan(**kw)\n",
        "dynamodb.Scan Limit=1 TableName=t",
    );
    check(
        "def handler(event, context):\n    boto3.client('dynamodb').scan(TableName='t', **event)\n",
        "dynamodb.Scan TableName=t …",
    );
    check(
        "boto3.client('dynamodb').scan(**dict(TableName='t'))\n",
        "dynamodb.Scan TableName=t",
    );
    check(
        "a = {'TableName': 't'}\nb = {**a, 'Limit': 2}\nb.update({'X': 'x'})\nboto3.client('dynamodb').scan(**b)\n",
        "dynamodb.Scan Limit=2 TableName=t X=x",
    );
}

#[test]
fn wrappers_are_followed() {
    check(
        "def put(client, table):\n    client.put_item(TableName=table)\ndef handler(event, context):\n    put(boto3.client('dynamodb'), os.environ['T'])\n    put(boto3.client('dynamodb'), table='u')\n",
        "dynamodb.PutItem TableName=u\ndynamodb.PutItem TableName=$T",
    );
    check(
        "def client(name):\n    return boto3.client(name)\ndef handler(event, context):\n    client('s3').list_buckets()\n    client('sqs').list_queues()\n",
        "s3.ListBuckets\nsqs.ListQueues",
    );
    check(
        "_c = None\ndef get():\n    global _c\n    if _c is None:\n        _c = boto3.client('s3')\n    return _c\ndef handler(event, context):\n    get().list_buckets()\n",
        "s3.ListBuckets",
    );
    check(
        "_c = None\ndef handler(event, context):\n    _c.list_buckets()\ndef init():\n    global _c\n    _c = boto3.client('s3')\n",
        "s3.ListBuckets",
    );
    check(
        "def run(f, **kw):\n    return f(**kw)\nrun(boto3.client('s3').get_object, Bucket='b')\n",
        "s3.GetObject Bucket=b",
    );
    check(
        "from concurrent.futures import ThreadPoolExecutor\ndef put(table):\n    boto3.client('dynamodb').put_item(TableName=table)\nwith ThreadPoolExecutor() as pool:\n    pool.submit(put, 'a')\n    pool.submit(boto3.client('s3').put_object, Bucket='b')\n",
        "dynamodb.PutItem TableName=a\ns3.PutObject Bucket=b …",
    );
    check(
        "def walk(prefix):\n    boto3.client('s3').list_objects_v2(Bucket='b', Prefix=prefix)\n    walk(prefix + '/x')\nwalk('a')\n",
        "s3.ListObjectsV2 Bucket=b Prefix=a\ns3.ListObjectsV2 Bucket=b Prefix=?",
    );
    check(
        "def never_called(client):\n    client.get_item(TableName='t')\n",
        "unresolved: `get_item` looks like a call of the SDK, but its client is not known",
    );
}

#[test]
fn classes() {
    check(
        "class Repo:\n    def __init__(self, table):\n        self.table = boto3.resource('dynamodb').Table(table)\n    def put(self, item):\n        return self.table.put_item(Item=item)\ndef handler(event, context):\n    Repo(os.environ['T']).put(event)\n",
        "dynamodb.PutItem Item=@ TableName=$T",
    );
    check(
        "class A:\n    client = boto3.client('s3')\n    @classmethod\n    def a(cls):\n        cls.client.list_buckets()\n    @staticmethod\n    def b(c):\n        c.create_bucket(Bucket='b')\nA.a()\nA.b(A.client)\n",
        "s3.ListBuckets\ns3.CreateBucket Bucket=b",
    );
    check(
        "class Base:\n    def __init__(self, name):\n        self.client = boto3.client(name)\nclass Child(Base):\n    def __init__(self):\n        super().__init__('s3')\n    def go(self):\n        self.client.list_buckets()\n",
        "s3.ListBuckets",
    );
    check(
        "class Lazy:\n    @property\n    def client(self):\n        return boto3.client('s3')\n    def go(self):\n        self.client.list_buckets()\nLazy().go()\n",
        "s3.ListBuckets",
    );
    check(
        "class Lazy:\n    def __init__(self):\n        self.c = None\n    def go(self):\n        self.c.list_buckets()\n    def start(self):\n        self.c = boto3.client('s3')\n",
        "s3.ListBuckets",
    );
    check(
        "clients = {'s3': boto3.client('s3'), 'sqs': boto3.client('sqs')}\nclients['s3'].list_buckets()\ndef handler(event, context):\n    clients[event['x']].op()\n",
        "s3.ListBuckets\ns3.Op\nsqs.Op",
    );
    check(
        "from dataclasses import dataclass\n@dataclass\nclass Deps:\n    s3: object\n    def go(self):\n        self.s3.list_buckets()\nDeps(s3=boto3.client('s3')).go()\n",
        "s3.ListBuckets",
    );
}

#[test]
fn paginators_waiters_and_signed_requests() {
    check(
        "p = boto3.client('s3').get_paginator('list_objects_v2')\nfor page in p.paginate(Bucket='b'):\n    pass\n",
        "s3.ListObjectsV2 Bucket=b",
    );
    check(
        "boto3.client('s3').get_waiter('object_exists').wait(Bucket='b', Key='k')\n",
        "s3.HeadObject Bucket=b Key=k",
    );
    check(
        "boto3.client('s3').generate_presigned_url('get_object', Params={'Bucket': 'b', 'Key': 'k'})\n",
        "s3.GetObject Bucket=b Key=k",
    );
    check(
        "boto3.client('s3').generate_presigned_url(ClientMethod='put_object', Params={'Bucket': 'b'}, ExpiresIn=3)\n",
        "s3.PutObject Bucket=b",
    );
    check(
        "boto3.client('s3').generate_presigned_post('b', Key='k')\n",
        "s3.PutObject Bucket=b Key=k",
    );
    check(
        "sqs = boto3.client('sqs')\nurl = sqs.get_queue_url(QueueName='q')['QueueUrl']\nsqs.send_message(QueueUrl=url)\n",
        "sqs.GetQueueUrl QueueName=q\nsqs.SendMessage QueueUrl=q",
    );
}

#[test]
fn transfers_are_the_operations_that_they_make() {
    let upload = "s3.AbortMultipartUpload Bucket=b Key=k\ns3.CompleteMultipartUpload Bucket=b Key=k\ns3.CreateMultipartUpload Bucket=b Key=k\ns3.PutObject Bucket=b Key=k\ns3.UploadPart Bucket=b Key=k";
    let download = "s3.GetObject Bucket=b Key=k\ns3.HeadObject Bucket=b Key=k";
    check("boto3.client('s3').upload_file('f', 'b', 'k')\n", upload);
    check(
        "boto3.resource('s3').Bucket('b').upload_fileobj(f, Key='k')\n",
        upload,
    );
    check(
        "boto3.resource('s3').Object('b', 'k').upload_file('f')\n",
        upload,
    );
    check(
        "boto3.client('s3').download_file('b', 'k', 'f')\n",
        download,
    );
    check(
        "boto3.resource('s3').meta.client.download_fileobj(Bucket='b', Key='k', Fileobj=f)\n",
        download,
    );
}

#[test]
fn resource_objects() {
    for (code, expected) in [
        (
            "boto3.resource('dynamodb').Table(os.environ['T']).get_item(Key={'id': '1'})",
            "dynamodb.GetItem Key={id:1} TableName=$T",
        ),
        (
            "boto3.resource('dynamodb', region_name='r').Table(name='t').query()",
            "dynamodb.Query TableName=t <region_name=r>",
        ),
        (
            "boto3.resource('s3').Object('b', 'k').get()['Body'].read()",
            "s3.GetObject Bucket=b Key=k",
        ),
        (
            "boto3.resource('s3').Bucket('b').Object('k').put(Body='x')",
            "s3.PutObject Body=x Bucket=b Key=k",
        ),
        (
            "boto3.resource('s3').Bucket('b').objects.filter(Prefix='p')",
            "s3.ListObjects Bucket=b Prefix=p",
        ),
        (
            "boto3.resource('s3').Bucket('b').objects.all().delete()",
            "s3.ListObjects Bucket=b\ns3.DeleteObjects Bucket=b",
        ),
        (
            "[o.delete() for o in boto3.resource('s3').Bucket('b').objects.all()]",
            "s3.DeleteObject Bucket=b Key=?\ns3.ListObjects Bucket=b",
        ),
        (
            "boto3.resource('s3').Object('b', 'k').content_length",
            "s3.HeadObject Bucket=b Key=k",
        ),
        (
            "boto3.resource('sqs').Queue(os.environ['Q']).send_message(MessageBody='m')",
            "sqs.SendMessage MessageBody=m QueueUrl=$Q",
        ),
        (
            "boto3.resource('sqs').get_queue_by_name(QueueName='q').purge()",
            "sqs.GetQueueUrl QueueName=q\nsqs.PurgeQueue QueueUrl=q",
        ),
        (
            "boto3.resource('sns').Topic('t').publish(Message='m')",
            "sns.Publish Message=m TopicArn=t",
        ),
        (
            "boto3.resource('ec2').Instance('i').stop()",
            "ec2.StopInstances InstanceIds=i",
        ),
    ] {
        check(&format!("x = {code}\n"), expected);
    }
    check(
        "t = boto3.resource('dynamodb').Table('t')\nwith t.batch_writer() as batch:\n    batch.put_item(Item={})\n",
        "dynamodb.BatchWriteItem TableName=t",
    );
    check(
        "boto3.resource('s3').Bucket('b').no_such_thing(1)\n",
        "unresolved: `no_such_thing` of the resource object `Bucket` is not known",
    );
}

#[test]
fn what_can_not_be_told_is_shown() {
    check(
        "def go(sfn):\n    sfn.start_execution(stateMachineArn='a', input='i')\n    sfn.do_it(some_name='X')\n",
        "unresolved: `start_execution` looks like a call of the SDK, but its client is not known",
    );
    check(
        "def handler(event, context):\n    getattr(boto3.client('s3'), event['op'])(Bucket='b')\n",
        "unresolved: the operation is chosen when the code runs",
    );
    check(
        "getattr(boto3.client('s3'), 'get_object')(Bucket='b')\n",
        "s3.GetObject Bucket=b",
    );
    check(
        "def handler(event, context):\n    boto3.client(event['service']).op(A='a')\n",
        "unresolved: `Op` is called on a client whose service is not known",
    );
    check(
        "from somewhere import Cache\nCache(boto3.client('secretsmanager'))\n",
        "unresolved: an SDK client is given to `Cache`, whose code is not seen",
    );
    check(
        "boto3.client('s3').get_waiter(unknown()).wait()\n",
        "unresolved: `get_waiter` of `s3` for what is not known",
    );
    check(
        "def handler(event, context):\n    assume(event).client('ec2').describe_regions()\n",
        "ec2.DescribeRegions <session=?>",
    );
    check(
        "def go(method):\n    boto3.client('iam').get_paginator(method.__name__).paginate(A='a')\ngo(boto3.client('iam').list_roles)\n",
        "iam.ListRoles A=a",
    );
    check(
        "''.get_item(TableName='t')\n",
        "unresolved: `get_item` looks like a call of the SDK, but its client is not known",
    );
    check(
        "event = {}\nevent.get('x', 1)\nlogger.info(boto3.client('s3'))\n",
        "",
    );
}

#[test]
fn local_modules() {
    check(
        "from . import db\nimport helpers\nfrom lib.store import Store as S\ndef handler(event, context):\n    db.put('t')\n    helpers.s3.list_buckets()\n    S().go()\n--- src/db.py\nimport boto3\ndef put(table):\n    boto3.client('dynamodb').put_item(TableName=table)\n--- src/helpers.py\nimport boto3\ns3 = boto3.client('s3')\n--- src/lib/store.py\nfrom ..config import *\nimport boto3\nclass Store:\n    def go(self):\n        boto3.client('sqs').purge_queue(QueueUrl=QUEUE)\n--- src/config.py\nimport os\nQUEUE = os.environ['Q']\n",
        "s3.ListBuckets\ndynamodb.PutItem TableName=t\nsqs.PurgeQueue QueueUrl=$Q",
    );
    check(
        "import pkg.deep.mod\nimport pkg.deep.mod as m\npkg.deep.mod.go()\nm.go2()\n--- src/pkg/deep/mod.py\nimport boto3\ndef go():\n    boto3.client('s3').list_buckets()\ndef go2():\n    boto3.client('sqs').list_queues()\n",
        "s3.ListBuckets\nsqs.ListQueues",
    );
}

#[test]
fn powertools_calls_the_sdk_too() {
    check(
        "from aws_lambda_powertools.utilities import parameters\nfrom aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer\nparameters.get_secret(os.environ['S'])\nDynamoDBPersistenceLayer(table_name='t')\n",
        "secretsmanager.GetSecretValue SecretId=$S\ndynamodb.DeleteItem TableName=t\ndynamodb.GetItem TableName=t\ndynamodb.PutItem TableName=t\ndynamodb.UpdateItem TableName=t",
    );
}

#[test]
fn the_event_is_followed() {
    check(
        "def handler(event, context):\n    for record in event['Records']:\n        get(record['s3']['bucket']['name'])\ndef get(bucket):\n    boto3.client('s3').get_object(Bucket=bucket)\n",
        "s3.GetObject Bucket=@Records.s3.bucket.name",
    );
    check(
        "def handler(event, context):\n    boto3.client('x').op(A=event['Records'][0]['b'], B=event.get('c', 'd'))\n",
        "x.Op A=@Records.b B=(d|@c)",
    );
}
