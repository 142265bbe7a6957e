//! The logical ids that the framework gives, and how it makes them from names.

use palisade_syntax::Node;

/// With a large first letter.
pub(crate) fn upper_first(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The name of a function, layer or authorizer within a logical id.
pub(crate) fn normalized(name: &str) -> String {
    upper_first(&name.replace('-', "Dash").replace('_', "Underscore"))
}

/// Letters and digits only.
pub(crate) fn plain(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    upper_first(&letters)
}

/// A path within a logical id: `users/{id}` is `UsersIdVar`.
pub(crate) fn path(path: &str) -> String {
    path.split('/').map(path_part).collect()
}

fn path_part(part: &str) -> String {
    let mut part = part.to_lowercase().replace('-', "Dash");
    if let (Some(start), Some(end)) = (part.find('{'), part.rfind('}'))
        && start < end
    {
        part = format!(
            "{}{}Var{}",
            &part[..start],
            &part[start + 1..end],
            &part[end + 1..]
        );
    }
    plain(&part)
}

/// The key of a route of a WebSocket API within a logical id.
pub(crate) fn route(route: &str) -> String {
    let pairs = [
        ('$', "S"),
        ('/', "Slash"),
        ('-', "Dash"),
        ('_', "Underscore"),
        ('.', "Period"),
    ];
    pairs
        .iter()
        .fold(route.to_owned(), |name, (from, to)| name.replace(*from, to))
}

/// Words joined with large first letters: `application/json` is `ApplicationJson`.
pub(crate) fn start_case(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .map(upper_first)
        .collect()
}

/// The name of what an ARN, or an expression that gives one, stands for.
pub(crate) fn of_arn(arn: &Node) -> String {
    if let Some(text) = arn.scalar_text() {
        let last = text.rsplit([':', '/']).next().unwrap_or_default();
        return last.to_owned();
    }
    let Some(entry) = arn.single() else {
        return String::new();
    };
    let items = entry.value.as_seq().unwrap_or_default();
    match &*entry.key.name {
        "Fn::GetAtt" => items.first().map(of_arn).unwrap_or_default(),
        "Fn::Join" => items
            .get(1)
            .and_then(|list| list.as_seq()?.last())
            .map(of_arn)
            .unwrap_or_default(),
        "Fn::Sub" => of_arn(items.first().unwrap_or(&entry.value)),
        _ => entry
            .value
            .scalar_text()
            .map_or_else(String::new, |t| t.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_parts_of_logical_ids() {
        assert_eq!(normalized("my-fn_x"), "MyDashfnUnderscorex");
        assert_eq!(path("users/{userId}/all-of"), "UsersUseridVarAllDashof");
        assert_eq!(path("{proxy+}"), "ProxyVar");
        assert_eq!(path("GET /users/{id}"), "GetUsersIdVar");
        assert_eq!(route("$connect"), "Sconnect");
        assert_eq!(plain("orders-topic"), "Orderstopic");
        assert_eq!(start_case("application/json"), "ApplicationJson");
    }
}
