//! The roles that functions run as: one for the whole service, or one for each function.

use crate::build::{Build, Function, extent};
use crate::make::{
    at, concat, entry, get, is_function, items, list, merged, obj, plain, set, sub, tags, truthy,
};
use palisade_app::cfn::Owner;
use palisade_core::Origin;
use palisade_syntax::Node;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// The logical id of the role of the whole service.
const SHARED: &str = "IamRoleLambdaExecution";
const PER_FUNCTION: &str = "serverless-iam-roles-per-function";

/// A role on its way to the template.
#[derive(Debug)]
pub(crate) struct Role {
    id: String,
    owner: Owner,
    origin: Origin,
    properties: Node,
    /// Services that may assume it.
    pub(crate) services: Vec<&'static str>,
    statements: Vec<Node>,
    managed: Vec<Node>,
    /// What is in it already, as text.
    seen: BTreeSet<String>,
}

impl Role {
    /// Adds a statement, unless there is the same one already.
    pub(crate) fn allow(&mut self, origin: &Origin, actions: &[&str], resource: Node) {
        let resources = match resource.as_seq() {
            Some(_) => resource,
            None => list!(origin; resource),
        };
        let statement = obj!(origin;
            "Effect" => "Allow",
            "Action" => actions.to_vec(),
            "Resource" => resources,
        );
        if self.seen.insert(plain(&statement)) {
            self.statements.push(statement);
        }
    }

    /// Its logical id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    fn manage(&mut self, origin: &Origin, policy: &str) {
        let text = format!("arn:${{AWS::Partition}}:iam::aws:policy/service-role/{policy}");
        let arn = sub(origin, text);
        if self.seen.insert(plain(&arn)) {
            self.managed.push(arn);
        }
    }
}

/// Whether a role is given from elsewhere: an ARN, or an expression that is one.
fn is_existing(role: &Node) -> bool {
    role.as_str().is_some() || is_function(role)
}

impl Build {
    /// The role that a setting names for a function, if any.
    pub(crate) fn given_role(&self, function: &Function) -> Option<Node> {
        let shared = self
            .provided(&["iam", "role"])
            .filter(|role| is_existing(role));
        let given = function
            .get("role")
            .or(shared)
            .or_else(|| self.provided(&["role"]))?;
        let origin = &given.origin;
        Some(match given.as_str() {
            Some(text) if !text.contains(':') => crate::make::arn_of(origin, text),
            _ => given.clone(),
        })
    }

    /// Whether a function gets a role of its own.
    fn has_own_role(&self, function: &Function) -> bool {
        let mode = self
            .provided(&["iam", "role", "mode"])
            .and_then(Node::as_str);
        mode == Some("perFunction")
            || function.get("iamRoleStatements").is_some()
            || at(&function.node, &["iam", "role", "statements"]).is_some()
            || at(&function.node, &["iam", "role", "managedPolicies"]).is_some()
    }

    /// Makes the roles, and tells each function which is its own.
    pub(crate) fn begin_roles(&mut self) {
        let mut functions = std::mem::replace(&mut self.functions, Rc::from(Vec::new()));
        let given: Vec<bool> = functions
            .iter()
            .map(|f| self.given_role(f).is_some())
            .collect();
        let own: Vec<bool> = functions.iter().map(|f| self.has_own_role(f)).collect();
        let shared = given.iter().zip(&own).any(|(given, own)| !given && !own);
        if shared {
            let role = self.shared_role();
            self.roles.push(role);
        }
        if let Some(functions) = Rc::get_mut(&mut functions) {
            for (i, function) in functions.iter_mut().enumerate() {
                if given[i] {
                    continue;
                }
                function.role = Some(0);
                if own[i] {
                    function.role = Some(self.roles.len());
                    let role = self.own_role(function);
                    self.roles.push(role);
                }
            }
        }
        for function in functions.iter() {
            self.let_log(function);
            self.let_join_network(function);
        }
        self.functions = functions;
        self.add_written(shared);
    }

    /// What all roles of the service have.
    fn base_role(&self, origin: &Origin, name: Node) -> Node {
        let settings = self.provided(&["iam", "role"]);
        let path = settings.and_then(|s| get(s, "path")).cloned();
        let mut role = obj!(origin;
            "RoleName" => name,
            "Path" => path.unwrap_or_else(|| Node::string("/", origin.clone())),
        );
        let boundary = settings
            .and_then(|s| get(s, "permissionsBoundary").or_else(|| get(s, "permissionBoundary")))
            .or_else(|| self.provided(&["rolePermissionsBoundary"]));
        set(&mut role, "PermissionsBoundary", boundary.cloned());
        set(
            &mut role,
            "Tags",
            settings.and_then(|s| get(s, "tags")).map(tags),
        );
        role
    }

    fn shared_role(&self) -> Role {
        let path: &[&str] = match self.provided(&["iam", "role"]) {
            Some(_) => &["iam", "role"],
            None if self.provided(&["iamRoleStatements"]).is_some() => &["iamRoleStatements"],
            None => &[],
        };
        let origin = self.place(path);
        let named = self.provided(&["iam", "role", "name"]).cloned();
        let region = crate::make::reference(&origin, "AWS::Region");
        let end = Node::string("lambdaRole", origin.clone());
        let name = named
            .unwrap_or_else(|| self.named(&origin, &[&self.service, &self.stage, &region, &end]));
        Role {
            id: SHARED.to_owned(),
            owner: self.provider_owner(path),
            properties: self.base_role(&origin, name),
            origin,
            services: vec!["lambda.amazonaws.com"],
            statements: Vec::new(),
            managed: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    fn own_role(&self, function: &Function) -> Role {
        let node = &function.node;
        let origin = ["iamRoleStatements", "iam"]
            .iter()
            .find_map(|name| node.entry(name))
            .map_or(&function.origin, |entry| &entry.key.origin);
        let setting = |name: &str| at(node, &["iam", "role", name]);
        let region = crate::make::reference(origin, "AWS::Region");
        let end = Node::string("lambdaRole", origin.clone());
        let key = Node::string(function.key.clone(), origin.clone());
        let name = setting("name")
            .or_else(|| get(node, "iamRoleStatementsName"))
            .cloned();
        let name = name.unwrap_or_else(|| {
            self.named(origin, &[&self.service, &self.stage, &key, &region, &end])
        });
        let mut properties = self.base_role(origin, name);
        let custom = at(
            &self.root,
            &["custom", PER_FUNCTION, "iamGlobalPermissionsBoundary"],
        );
        let boundary = setting("permissionsBoundary")
            .or_else(|| get(node, "iamPermissionsBoundary"))
            .or(custom);
        set(&mut properties, "PermissionsBoundary", boundary.cloned());
        set(&mut properties, "Path", setting("path").cloned());
        let given = merged(
            self.provided(&["iam", "role", "tags"]).cloned(),
            setting("tags"),
        );
        set(&mut properties, "Tags", given.as_ref().map(tags));
        Role {
            id: format!("{}{SHARED}", function.id),
            owner: Owner {
                name: function.key.clone(),
                kind: Arc::from("function"),
                extent: extent(&function.origin, node),
                generated: Some(true),
                metadata: None,
            },
            origin: origin.clone(),
            properties,
            services: vec!["lambda.amazonaws.com"],
            statements: Vec::new(),
            managed: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    /// The statements by which a function writes its logs.
    fn let_log(&mut self, function: &Function) {
        const ARN: &str = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:";
        let Some(role) = function.role.and_then(|at| self.roles.get(at)) else {
            return;
        };
        let shared = role.id == SHARED;
        let origin = &role.origin.clone();
        let group = at(&function.node, &["logs", "logGroup"])
            .or_else(|| self.provided(&["logs", "lambda", "logGroup"]))
            .cloned();
        let canonical = function.get("name").is_none() && group.is_none();
        let slash = || Node::string("/aws/lambda/", origin.clone());
        let (group, end) = match group {
            Some(group) => (group, ":*"),
            None if shared && canonical => {
                let prefix = self.named(origin, &[&self.service, &self.stage]);
                (concat(origin, vec![slash(), prefix]), "*:*")
            }
            None => (concat(origin, vec![slash(), function.name.clone()]), ":*"),
        };
        let arn = |end: &str| {
            let end = Node::string(end, origin.clone());
            concat(origin, vec![sub(origin, ARN), group.clone(), end])
        };
        let stream = format!("{end}:*");
        let disabled = truthy(function.get("disableLogs"));
        let (groups, streams) = (arn(end), arn(&stream));
        let Some(role) = function.role.and_then(|at| self.roles.get_mut(at)) else {
            return;
        };
        if disabled {
            role.statements.push(obj!(origin;
                "Effect" => "Deny",
                "Action" => "logs:PutLogEvents",
                "Resource" => list!(origin; streams),
            ));
            return;
        }
        let create = [
            "logs:CreateLogStream",
            "logs:CreateLogGroup",
            "logs:TagResource",
        ];
        role.allow(origin, &create, groups);
        role.allow(origin, &["logs:PutLogEvents"], streams);
    }

    fn let_join_network(&mut self, function: &Function) {
        let inside = truthy(function.get("vpc")) || self.provided(&["vpc"]).is_some();
        if let Some(role) = function
            .role
            .and_then(|at| self.roles.get_mut(at))
            .filter(|_| inside)
        {
            let origin = role.origin.clone();
            role.manage(&origin, "AWSLambdaVPCAccessExecutionRole");
        }
    }

    /// The statements and policies that the person wrote.
    fn add_written(&mut self, shared: bool) {
        let of = |new: &[&str], old: &str| -> Vec<Node> {
            let node = self.provided(new).or_else(|| self.provided(&[old]));
            node.map(|node| items(node).into_iter().cloned().collect())
                .unwrap_or_default()
        };
        let statements = of(&["iam", "role", "statements"], "iamRoleStatements");
        let managed = of(&["iam", "role", "managedPolicies"], "iamManagedPolicies");
        let mode = self.provided(&["iam", "role", "mode"]).is_some();
        let inherit = at(&self.root, &["custom", PER_FUNCTION, "defaultInherit"]);
        let inherit = inherit.map_or(mode, |node| truthy(Some(node)));
        if let Some(role) = self.roles.first_mut().filter(|_| shared) {
            role.statements.extend(statements.iter().cloned());
            role.managed.extend(managed.iter().cloned());
        }
        for function in self.functions.iter() {
            let Some(role) = function.role.and_then(|at| self.roles.get_mut(at)) else {
                continue;
            };
            if role.id == SHARED {
                continue;
            }
            let own = |name: &str| at(&function.node, &["iam", "role", name]);
            let inherits = at(&function.node, &["iam", "inheritStatements"])
                .or_else(|| function.get("iamRoleStatementsInherit"))
                .map_or(inherit, |node| truthy(Some(node)));
            if inherits {
                role.statements.extend(statements.iter().cloned());
            }
            if mode {
                role.managed.extend(managed.iter().cloned());
            }
            let written = own("statements").or_else(|| function.get("iamRoleStatements"));
            role.statements
                .extend(written.map(items).unwrap_or_default().into_iter().cloned());
            let policies = own("managedPolicies").map(items).unwrap_or_default();
            role.managed.extend(policies.into_iter().cloned());
        }
    }

    /// Puts the roles into the template.
    pub(crate) fn finish_roles(&mut self) {
        for role in std::mem::take(&mut self.roles) {
            let origin = &role.origin;
            let trust = obj!(origin;
                "Version" => "2012-10-17",
                "Statement" => list!(origin; obj!(origin;
                    "Effect" => "Allow",
                    "Principal" => obj!(origin; "Service" => role.services),
                    "Action" => list!(origin; "sts:AssumeRole"),
                )),
            );
            let lambda = Node::string("lambda", origin.clone());
            let policy = obj!(origin;
                "PolicyName" => self.named(origin, &[&self.service, &self.stage, &lambda]),
                "PolicyDocument" => obj!(origin;
                    "Version" => "2012-10-17",
                    "Statement" => role.statements,
                ),
            );
            let mut properties = role.properties;
            if let Some(entries) = properties.as_map_mut() {
                entries.push(entry("AssumeRolePolicyDocument", trust, origin));
                entries.push(entry("Policies", list!(origin; policy), origin));
                if !role.managed.is_empty() {
                    let managed = Node::seq(role.managed, origin.clone());
                    entries.push(entry("ManagedPolicyArns", managed, origin));
                }
            }
            self.put(role.owner, &role.id, "AWS::IAM::Role", origin, properties);
        }
    }
}
