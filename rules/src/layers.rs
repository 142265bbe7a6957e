//! ARNs of layers, as far as they are literal.

use crate::prelude::*;
use palisade_app::Part;

/// An ARN of a layer, as far as it is literal; what is not is empty.
pub(crate) struct LayerArn {
    pub(crate) account: String,
    pub(crate) name: String,
    /// Nothing when the ARN ends before it.
    pub(crate) version: Option<String>,
}

/// Takes an ARN of a layer apart.
pub(crate) fn layer_arn(value: &Value) -> Option<LayerArn> {
    let parts = value.parts()?;
    let text: String = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.to_string(),
            _ => "?".to_owned(),
        })
        .collect();
    let pieces: Vec<&str> = text.split(':').collect();
    let [_, _, "lambda", _, account, "layer", name, rest @ ..] = pieces.as_slice() else {
        return None;
    };
    Some(LayerArn {
        account: (*account).to_owned(),
        name: (*name).to_owned(),
        version: rest.first().map(|v| (*v).to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::layer_arn;
    use palisade_app::Value;
    use palisade_core::Origin;

    #[test]
    fn arns_are_taken_apart() {
        let read = |text: &str| {
            let arn = layer_arn(&Value::text(text, Origin::default()))?;
            Some((arn.account, arn.name, arn.version))
        };
        let parts = |account: &str, name: &str, version: Option<&str>| {
            Some((
                account.to_owned(),
                name.to_owned(),
                version.map(str::to_owned),
            ))
        };
        assert_eq!(
            read("arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:46"),
            parts("017000801446", "Powertools", Some("46"))
        );
        assert_eq!(
            read("arn:aws:lambda:eu-west-1:017000801446:layer:Powertools"),
            parts("017000801446", "Powertools", None)
        );
        assert_eq!(read("arn:aws:s3:::layers"), None);
    }
}
