//! `AWS::Serverless::GraphQLApi`: the AppSync API with its schema, keys, data sources, functions and
//! resolvers, and the roles with which it reaches what it reads.

use super::connector::{self, Link};
use super::make::{
    IntoNode, field, get_att, given, list, obj, reference, size, sub, sub_with, tag_list, text,
    truthy,
};
use super::resources::{Res, Source};
use super::role::trust;
use super::{Ctx, Result, SamProblem};
use palisade_core::Origin;
use palisade_syntax::{Data, Entry, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

const KNOWN: [&str; 18] = [
    "Name",
    "Tags",
    "XrayEnabled",
    "Auth",
    "SchemaInline",
    "SchemaUri",
    "Logging",
    "DataSources",
    "Functions",
    "Resolvers",
    "ApiKeys",
    "DomainName",
    "Cache",
    "Visibility",
    "OwnerContact",
    "IntrospectionConfig",
    "QueryDepthLimit",
    "ResolverCountLimit",
];

/// What a resolver without code of its own does: hand on the result of its functions.
const PIPELINE: &str = "\nexport function request(ctx) {\n    return {};\n}\n\nexport function response(ctx) {\n    return ctx.prev.result;\n}\n";

struct Api<'s> {
    source: &'s Source,
    origin: Origin,
    attributes: Vec<Entry>,
    depends_on: Option<Node>,
    id: Node,
    sources: BTreeMap<Arc<str>, Node>,
    functions: BTreeMap<Arc<str>, Node>,
    none: bool,
}

impl Api<'_> {
    fn resource(&self, id: String, kind: &'static str, origin: &Origin) -> Res {
        let mut res = Res::new(id, kind, origin, self.attributes.clone());
        res.depends_on = self.depends_on.clone();
        res
    }

    fn part(&self, what: &str, entry: &Entry) -> Origin {
        let name = &entry.key.name;
        super::made_for(
            &entry.key.origin,
            what,
            name,
            "GraphQL API",
            &self.source.id,
        )
    }
}

fn entries(node: Option<&Node>) -> &[Entry] {
    node.and_then(Node::as_map).unwrap_or_default()
}

/// Makes everything that a GraphQL API deploys.
pub(super) fn make(ctx: &mut Ctx<'_>, source: &Source) -> Result<Vec<Res>> {
    ctx.check_properties(source, &KNOWN);
    let mut main = source.main("AWS::AppSync::GraphQLApi", "GraphQL API");
    let origin = main.origin.clone();
    let mut api = Api {
        source,
        attributes: main.attributes.clone(),
        depends_on: main.depends_on.clone(),
        id: get_att(&origin, &source.id, "ApiId"),
        sources: BTreeMap::new(),
        functions: BTreeMap::new(),
        none: false,
        origin,
    };
    let weight: usize = api.attributes.iter().map(|a| size(&a.value)).sum();
    let parts = ["ApiKeys", "DataSources", "Functions", "Resolvers"];
    let parts: usize = parts
        .iter()
        .filter_map(|name| source.prop(name))
        .map(size)
        .sum();
    if !ctx.afford(weight.saturating_mul(parts), source.span()) {
        api.attributes.clear();
    }
    let origin = &api.origin.clone();
    match source.given("Name") {
        Some(name) => main.set("Name", name),
        None => main.set("Name", &source.id),
    }
    main.copy(source.props(), &["XrayEnabled"]);
    main.copy_given(
        source.props(),
        &[
            "Visibility",
            "OwnerContact",
            "IntrospectionConfig",
            "QueryDepthLimit",
            "ResolverCountLimit",
        ],
    );
    let authorizers = authenticate(ctx, source, &mut main)?;
    let mut tags = tag_list(origin, source.prop("Tags"));
    tags.extend(tag_list(
        origin,
        Some(&obj!(origin; "graphqlapi:createdBy" => "SAM")),
    ));
    main.set("Tags", tags);
    let role = log(&api, &mut main);
    let mut made = vec![main, schema(ctx, &api)];
    for (index, function) in authorizers.iter().enumerate() {
        let id = format!("{}ToLambdaAuthConnector{}", source.id, index + 1);
        let from = obj!(origin;
            "Type" => "AWS::AppSync::GraphQLApi",
            "Arn" => reference(origin, &source.id),
            "ResourceId" => &api.id,
        );
        made.extend(link(
            ctx,
            &id,
            origin,
            from,
            "AWS::Lambda::Function",
            function,
            &["Write"],
        )?);
    }
    made.extend(role);
    for key in entries(source.prop("ApiKeys")) {
        let at = api.part("API key", key);
        let mut res = api.resource(
            format!("{}{}", source.id, key.key.name),
            "AWS::AppSync::ApiKey",
            &at,
        );
        res.set("ApiId", &api.id);
        res.copy(entries(Some(&key.value)), &["ApiKeyId", "Description"]);
        res.opt("Expires", key.value.get("ExpiresOn"));
        made.push(res);
    }
    if let Some(cache) = source.given("Cache") {
        let mut res = api.resource(
            format!("{}ApiCache", source.id),
            "AWS::AppSync::ApiCache",
            &cache.origin,
        );
        res.set("ApiId", &api.id);
        res.copy(
            entries(Some(cache)),
            &[
                "ApiCachingBehavior",
                "Type",
                "Ttl",
                "AtRestEncryptionEnabled",
                "TransitEncryptionEnabled",
            ],
        );
        made.push(res);
    }
    if let Some(sources) = source.given("DataSources") {
        for table in entries(field(sources, "DynamoDb")) {
            made.extend(table_source(ctx, &mut api, table)?);
        }
        for function in entries(field(sources, "Lambda")) {
            made.extend(function_source(ctx, &mut api, function)?);
        }
    }
    if let Some(domain) = source.given("DomainName") {
        let id = format!("{}DomainName", source.id);
        let mut res = api.resource(id, "AWS::AppSync::DomainName", &domain.origin);
        res.copy(
            entries(Some(domain)),
            &["CertificateArn", "DomainName", "Description"],
        );
        let id = format!("{}DomainNameApiAssociation", source.id);
        let kind = "AWS::AppSync::DomainNameApiAssociation";
        let mut tie = api.resource(id, kind, &domain.origin);
        tie.set("ApiId", &api.id);
        tie.set("DomainName", res.reference());
        made.extend([res, tie]);
    }
    for function in entries(source.prop("Functions")) {
        made.extend(pipeline_function(ctx, &mut api, function));
    }
    for kind in entries(source.prop("Resolvers")) {
        for resolver in entries(Some(&kind.value)) {
            made.push(resolve(ctx, &api, &kind.key.name, resolver));
        }
    }
    if api.none {
        let id = format!("{}NoneDataSource", source.id);
        let mut res = api.resource(id, "AWS::AppSync::DataSource", origin);
        let name = res.id.clone();
        res.set("ApiId", &api.id);
        res.set("Name", &name);
        res.set("Type", "NONE");
        made.push(res);
    }
    Ok(made)
}

/// Sets who may call the API; gives the functions that decide it.
fn authenticate(ctx: &mut Ctx<'_>, source: &Source, main: &mut Res) -> Result<Vec<Node>> {
    let Some(auth) = source.prop("Auth") else {
        return Err(SamProblem {
            span: source.span(),
            message: format!("GraphQL API `{}` needs `Auth`", source.id),
        });
    };
    let mut functions = Vec::new();
    main.opt("AuthenticationType", auth.get("Type"));
    if let Some((name, config)) = provider(ctx, auth, false, &mut functions) {
        main.set(name, config);
    }
    let more = field(auth, "Additional").and_then(Node::as_seq);
    let mut additional = Vec::new();
    for one in more.unwrap_or_default() {
        let mut made = obj!(&one.origin;);
        if let Some(kind) = field(one, "Type") {
            made.insert("AuthenticationType", kind.clone());
        }
        if let Some((name, config)) = provider(ctx, one, true, &mut functions) {
            made.insert(name, config);
        }
        additional.push(made);
    }
    if !additional.is_empty() {
        main.set("AdditionalAuthenticationProviders", additional);
    }
    Ok(functions)
}

fn provider(
    ctx: &mut Ctx<'_>,
    auth: &Node,
    additional: bool,
    functions: &mut Vec<Node>,
) -> Option<(&'static str, Node)> {
    let (property, name) = match text(auth, "Type") {
        Some("AWS_LAMBDA") => ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
        Some("OPENID_CONNECT") => ("OpenIDConnect", "OpenIDConnectConfig"),
        Some("AMAZON_COGNITO_USER_POOLS") => ("UserPool", "UserPoolConfig"),
        Some("AWS_IAM" | "API_KEY") => return None,
        _ => {
            ctx.problem(
                auth.origin.span,
                "this `Type` of authentication is not known",
            );
            return None;
        }
    };
    let Some(config) = field(auth, property) else {
        ctx.problem(
            auth.origin.span,
            format!("`{property}` must be given for this type"),
        );
        return None;
    };
    let mut config = config.clone();
    if additional && name == "UserPoolConfig" {
        config.remove("DefaultAction");
    }
    if name == "LambdaAuthorizerConfig" {
        functions.extend(config.get("AuthorizerUri").cloned());
    }
    Some((name, config))
}

fn service_role(api: &Api<'_>, id: String, origin: &Origin) -> Res {
    let mut role = api.resource(id, "AWS::IAM::Role", origin);
    role.set(
        "AssumeRolePolicyDocument",
        trust(origin, "appsync.amazonaws.com"),
    );
    role
}

/// Logging is on unless it is turned off.
fn log(api: &Api<'_>, main: &mut Res) -> Option<Res> {
    let logging = api.source.prop("Logging");
    if logging.is_some_and(|logging| logging.data == Data::Bool(false)) {
        return None;
    }
    let origin = logging.map_or(&api.origin, |logging| &logging.origin);
    let setting = |name: &str| logging.and_then(|logging| given(logging, name));
    let mut config = obj!(origin;);
    if let Some(exclude) = setting("ExcludeVerboseContent") {
        config.insert("ExcludeVerboseContent", exclude.clone());
    }
    let all = "ALL".into_node(origin);
    config.insert(
        "FieldLogLevel",
        setting("FieldLogLevel").unwrap_or(&all).clone(),
    );
    let mut made = None;
    let arn = setting("CloudWatchLogsRoleArn")
        .cloned()
        .unwrap_or_else(|| {
            let mut role = service_role(api, format!("{}CloudWatchRole", api.source.id), origin);
            let policy =
                "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs";
            role.set("ManagedPolicyArns", list!(origin; sub(origin, policy)));
            let arn = role.att("Arn");
            made = Some(role);
            arn
        });
    config.insert("CloudWatchLogsRoleArn", arn);
    main.set("LogConfig", config);
    made
}

fn schema(ctx: &mut Ctx<'_>, api: &Api<'_>) -> Res {
    let id = format!("{}Schema", api.source.id);
    let mut res = api.resource(id, "AWS::AppSync::GraphQLSchema", &api.origin);
    let (inline, uri) = (
        api.source.given("SchemaInline"),
        api.source.given("SchemaUri"),
    );
    if inline.is_some() == uri.is_some() {
        let message = "a GraphQL API needs one of `SchemaInline` and `SchemaUri`";
        ctx.problem(api.source.span(), message);
    }
    res.set("ApiId", &api.id);
    res.opt("Definition", inline);
    res.opt("DefinitionS3Location", uri);
    res
}

fn link(
    ctx: &mut Ctx<'_>,
    id: &str,
    origin: &Origin,
    from: Node,
    kind: &str,
    arn: &Node,
    permissions: &[&str],
) -> Result<Vec<Res>> {
    let to = obj!(origin; "Type" => kind, "Arn" => arn);
    connector::connect(
        ctx,
        Link {
            id,
            origin,
            from: &from,
            to: &to,
            permissions,
            attributes: Vec::new(),
            depends_on: None,
        },
    )
}

fn data_source(api: &mut Api<'_>, entry: &Entry, suffix: &str, kind: &str) -> Res {
    let name = &entry.key.name;
    let origin = api.part("data source", entry);
    let id = format!("{}{name}{suffix}DataSource", api.source.id);
    let mut res = api.resource(id, "AWS::AppSync::DataSource", &origin);
    match given(&entry.value, "Name") {
        Some(own) => res.set("Name", own),
        None => res.set("Name", name),
    }
    res.set("Type", kind.into_node(&origin));
    res.set("ApiId", &api.id);
    res.opt("Description", entry.value.get("Description"));
    api.sources.insert(name.clone(), res.att("Name"));
    res
}

/// Gives a data source its role, and the role what it may reach.
fn reach(
    ctx: &mut Ctx<'_>,
    api: &Api<'_>,
    mut res: Res,
    wanted: &Node,
    to: (&str, &str, &Node),
    permissions: &[&str],
) -> Result<Vec<Res>> {
    if let Some(arn) = given(wanted, "ServiceRoleArn") {
        res.set("ServiceRoleArn", arn);
        return Ok(vec![res]);
    }
    let (suffix, kind, arn) = to;
    let origin = res.origin.clone();
    let role = service_role(api, format!("{}Role", res.id), &origin);
    res.set("ServiceRoleArn", role.att("Arn"));
    let from = obj!(&origin;
        "Type" => "AWS::AppSync::DataSource",
        "Arn" => res.att("DataSourceArn"),
        "RoleName" => role.reference(),
    );
    let id = format!("{}{suffix}", res.id);
    let mut made = vec![res, role];
    made.extend(link(ctx, &id, &origin, from, kind, arn, permissions)?);
    Ok(made)
}

fn table_source(ctx: &mut Ctx<'_>, api: &mut Api<'_>, entry: &Entry) -> Result<Vec<Res>> {
    let wanted = &entry.value;
    let mut res = data_source(api, entry, "DynamoDB", "AMAZON_DYNAMODB");
    let origin = res.origin.clone();
    let region = given(wanted, "Region").cloned();
    let region = region.unwrap_or_else(|| reference(&origin, "AWS::Region"));
    let table = field(wanted, "TableName").cloned().unwrap_or_default();
    let mut config = obj!(&origin; "AwsRegion" => &region, "TableName" => &table);
    for (from, to) in [
        ("UseCallerCredentials", "UseCallerCredentials"),
        ("Versioned", "Versioned"),
        ("DeltaSync", "DeltaSyncConfig"),
    ] {
        if let Some(value) = given(wanted, from) {
            config.insert(to, value.clone());
        }
    }
    res.set("DynamoDBConfig", config);
    let arn = given(wanted, "TableArn").cloned().unwrap_or_else(|| {
        let place = "dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}";
        let variables = obj!(&origin; "__TableName__" => table, "__Region__" => region);
        sub_with(
            &origin,
            format!("arn:${{AWS::Partition}}:{place}"),
            variables,
        )
    });
    let permissions = given(wanted, "Permissions").and_then(Node::as_seq);
    let permissions: Vec<&str> = match permissions {
        Some(permissions) => permissions.iter().filter_map(Node::as_str).collect(),
        None => vec!["Read", "Write"],
    };
    let to = ("ToTableConnector", "AWS::DynamoDB::Table", &arn);
    reach(ctx, api, res, wanted, to, &permissions)
}

fn function_source(ctx: &mut Ctx<'_>, api: &mut Api<'_>, entry: &Entry) -> Result<Vec<Res>> {
    let wanted = &entry.value;
    let mut res = data_source(api, entry, "Lambda", "AWS_LAMBDA");
    let origin = res.origin.clone();
    let function = field(wanted, "FunctionArn").cloned().unwrap_or_default();
    res.set(
        "LambdaConfig",
        obj!(&origin; "LambdaFunctionArn" => &function),
    );
    let to = ("ToLambdaConnector", "AWS::Lambda::Function", &function);
    reach(ctx, api, res, wanted, to, &["Write"])
}

/// Code and runtime of a function or a resolver.
fn code(ctx: &mut Ctx<'_>, res: &mut Res, wanted: &Node) {
    let (inline, uri) = (given(wanted, "InlineCode"), given(wanted, "CodeUri"));
    if inline.is_some() == uri.is_some() {
        ctx.problem(res.origin.span, "give one of `InlineCode` and `CodeUri`");
    }
    res.opt("Code", inline);
    res.opt("CodeS3Location", uri);
    let Some(runtime) = given(wanted, "Runtime") else {
        ctx.problem(res.origin.span, "code needs a `Runtime`");
        return;
    };
    let mut made = obj!(&runtime.origin;);
    for (from, to) in [("Name", "Name"), ("Version", "RuntimeVersion")] {
        if let Some(value) = field(runtime, from) {
            made.insert(to, value.clone());
        }
    }
    res.set("Runtime", made);
}

fn pipeline_function(ctx: &mut Ctx<'_>, api: &mut Api<'_>, entry: &Entry) -> Option<Res> {
    let (name, wanted) = (&entry.key.name, &entry.value);
    let origin = api.part("function", entry);
    if let Some(id) = given(wanted, "Id") {
        if entries(Some(wanted)).len() > 1 {
            ctx.problem(origin.span, "`Id` stands alone");
        }
        api.functions.insert(name.clone(), id.clone());
        return None;
    }
    let id = format!("{}{name}", api.source.id);
    let mut res = api.resource(id, "AWS::AppSync::FunctionConfiguration", &origin);
    res.set("ApiId", &api.id);
    match given(wanted, "Name") {
        Some(own) => res.set("Name", own),
        None => res.set("Name", name),
    }
    code(ctx, &mut res, wanted);
    let source = given(wanted, "DataSource");
    match source.map(|source| (source, source.as_str())) {
        Some((_, Some(text))) if text.eq_ignore_ascii_case("none") => {
            api.none = true;
            let none = format!("{}NoneDataSource", api.source.id);
            res.set("DataSourceName", get_att(&origin, none, "Name"));
        }
        Some((_, Some(text))) => match api.sources.get(text) {
            Some(source) => res.set("DataSourceName", source),
            None => ctx.problem(origin.span, format!("there is no data source `{text}`")),
        },
        Some((source, None)) => res.set("DataSourceName", source),
        None => ctx.problem(origin.span, "a function needs a `DataSource`"),
    }
    res.copy(entries(Some(wanted)), &["MaxBatchSize", "Description"]);
    res.opt("SyncConfig", given(wanted, "Sync"));
    api.functions.insert(name.clone(), res.att("FunctionId"));
    Some(res)
}

fn resolve(ctx: &mut Ctx<'_>, api: &Api<'_>, kind: &str, entry: &Entry) -> Res {
    let (name, wanted) = (&entry.key.name, &entry.value);
    let origin = api.part("resolver", entry);
    let id = format!("{}{kind}{name}", api.source.id);
    let mut res = api.resource(id, "AWS::AppSync::Resolver", &origin);
    res.depends_on = Some(list!(&origin; format!("{}Schema", api.source.id)));
    let own = ["InlineCode", "CodeUri"]
        .iter()
        .any(|name| given(wanted, name).is_some());
    if own {
        code(ctx, &mut res, wanted);
    } else {
        res.set("Code", PIPELINE);
        let runtime = obj!(&origin; "Name" => "APPSYNC_JS", "RuntimeVersion" => "1.0.0");
        res.set("Runtime", runtime);
    }
    res.set("ApiId", &api.id);
    match given(wanted, "FieldName") {
        Some(field) => res.set("FieldName", field),
        None => res.set("FieldName", name),
    }
    res.set("TypeName", kind);
    let pipeline = given(wanted, "Pipeline").and_then(Node::as_seq);
    if pipeline.is_none() {
        ctx.problem(origin.span, "a resolver needs a `Pipeline`");
    }
    let mut functions = Vec::new();
    for step in pipeline.unwrap_or_default() {
        match step.as_str().and_then(|name| api.functions.get(name)) {
            Some(function) => functions.push(function.clone()),
            None => ctx.problem(step.origin.span, "there is no such function"),
        }
    }
    res.set("Kind", "PIPELINE");
    res.set("PipelineConfig", obj!(&origin; "Functions" => functions));
    res.opt("CachingConfig", given(wanted, "Caching"));
    res.opt(
        "MaxBatchSize",
        given(wanted, "MaxBatchSize").filter(|size| truthy(size)),
    );
    res
}
