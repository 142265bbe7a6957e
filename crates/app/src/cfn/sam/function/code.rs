//! Where code and definitions are. A path of the person's machine must stay: the template is often
//! scanned before it is packaged.

use crate::cfn::sam::Ctx;
use crate::cfn::sam::make::{IntoNode, entry, is_intrinsic, obj};
use crate::cfn::sam::resources::Source;
use palisade_syntax::Node;

/// Where the code is, in the words of `AWS::Lambda::Function`.
pub(super) fn code(ctx: &mut Ctx<'_>, source: &Source) -> Option<Node> {
    let image = source.prop("PackageType").and_then(Node::as_str) == Some("Image");
    let mut code = if image {
        let uri = source.prop("ImageUri")?;
        obj!(&uri.origin; "ImageUri" => uri)
    } else if let Some(inline) = source.prop("InlineCode") {
        obj!(&inline.origin; "ZipFile" => inline)
    } else {
        location(
            ctx,
            source.prop("CodeUri")?,
            ["S3Bucket", "S3Key", "S3ObjectVersion"],
        )
    };
    if let Some(key) = source.given("SourceKMSKeyArn")
        && !image
        && code.as_map().is_some()
    {
        code.insert("SourceKMSKeyArn", key.clone());
    }
    Some(code)
}

/// An `s3://bucket/key` text or a map of `Bucket`, `Key` and `Version` under the names that a resource
/// has for them. A path of this machine stays as it is: packaging puts an address in its place.
pub(in crate::cfn::sam) fn location(ctx: &mut Ctx<'_>, uri: &Node, names: [&str; 3]) -> Node {
    let origin = &uri.origin;
    if uri.as_map().is_some() && !is_intrinsic(uri) {
        let mut place = obj!(origin;);
        for (from, to) in ["Bucket", "Key", "Version"].into_iter().zip(names) {
            match uri.entry(from) {
                Some(found) if !found.value.is_null() => {
                    let made = entry(to, found.value.clone(), &found.key.origin);
                    place
                        .as_map_mut()
                        .into_iter()
                        .for_each(|map| map.push(made.clone()));
                }
                _ if from == "Version" => {}
                _ => ctx.problem(
                    origin.span,
                    format!("the place of an artifact needs `{from}`"),
                ),
            }
        }
        return place;
    }
    let Some(address) = uri.as_str().and_then(|text| text.strip_prefix("s3://")) else {
        if uri.as_str().is_none() {
            ctx.problem(
                origin.span,
                "the place of an artifact must be a text or a map",
            );
        }
        return uri.clone();
    };
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let address = address
        .split_once('#')
        .map_or(address, |(address, _)| address);
    let Some((bucket, key)) = address.split_once('/') else {
        ctx.problem(
            origin.span,
            "the place of an artifact must be `s3://bucket/key`",
        );
        return uri.clone();
    };
    let mut place = obj!(origin; names[0] => bucket, names[1] => key.trim_start_matches('/'));
    let version = query
        .split('&')
        .find_map(|part| part.strip_prefix("versionId="));
    if let Some(version) = version.filter(|version| !version.is_empty()) {
        place.insert(names[2], version.into_node(origin));
    }
    place
}
