//! Events of user pools.

use super::arn;
use crate::build::{Build, Event, Function};
use crate::make::{IntoNode, get, obj, text, truthy};
use crate::names::plain;

/// Triggers whose setting also says which version of the event is sent.
const VERSIONED: [(&str, &str); 3] = [
    ("CustomEmailSender", "CustomEmailSender"),
    ("CustomSMSSender", "CustomSMSSender"),
    ("PreTokenGeneration", "PreTokenGenerationConfig"),
];

impl Build {
    pub(super) fn user_pool(&mut self, function: &Function, event: &Event) {
        let origin = &event.origin;
        let Some(pool) = get(&event.value, "pool").cloned() else {
            return self.problem(origin, "the user pool of this event is not named");
        };
        let name = plain(pool.as_str().unwrap_or_default());
        let trigger = text(&event.value, "trigger").unwrap_or_default();
        let permission = format!(
            "{}LambdaPermissionCognitoUserPool{name}TriggerSource{}",
            function.id,
            plain(trigger)
        );
        if truthy(get(&event.value, "existing")) {
            let begin = "cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/";
            let source = arn(origin, begin, "*".into_node(origin), "");
            let service = "cognito-idp.amazonaws.com";
            self.permit(function, &permission, origin, service, Some(source));
            let properties = obj!(origin;
                "FunctionName" => &function.name,
                "UserPoolName" => pool,
                "Target" => function.target(origin),
            );
            let id = format!("{}CustomCognitoUserPool1", function.id);
            return self.put_for(function, &id, "Custom::CognitoUserPool", origin, properties);
        }
        let id = format!("CognitoUserPool{name}");
        let properties = obj!(origin; "UserPoolName" => pool, "LambdaConfig" => obj!(origin;));
        self.put_for(function, &id, "AWS::Cognito::UserPool", origin, properties);
        let versioned = VERSIONED.iter().find(|(name, _)| *name == trigger);
        let target = function.target(origin);
        let version = get(&event.value, "lambdaVersion").cloned();
        let key = get(&event.value, "kmsKeyId").cloned();
        if let Some(config) = self.properties(&id).and_then(|p| p.get_mut("LambdaConfig")) {
            match versioned.filter(|_| version.is_some() || trigger.starts_with("Custom")) {
                Some((_, setting)) => {
                    let version = version.unwrap_or_else(|| "V1_0".into_node(origin));
                    let made = obj!(origin; "LambdaArn" => target, "LambdaVersion" => version);
                    config.insert(*setting, made);
                    crate::make::set(config, "KMSKeyID", key);
                }
                None => config.insert(trigger, target),
            }
        }
        let source = crate::make::arn_of(origin, &id);
        self.permit(
            function,
            &permission,
            origin,
            "cognito-idp.amazonaws.com",
            Some(source),
        );
    }
}
