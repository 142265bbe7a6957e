//! Paths between folders of the tree.

/// The way from one folder to another one, as Terraform writes `path.module`.
pub(crate) fn between(from: &str, to: &str) -> String {
    let parts = |path: &'_ str| -> Vec<String> {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.map(str::to_owned).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut way: Vec<&str> = vec![".."; from.len() - common];
    way.extend(to[common..].iter().map(String::as_str));
    match way.is_empty() {
        true => ".".to_owned(),
        false => way.join("/"),
    }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn ways_lead_up_and_down() {
        for (from, to, expected) in [
            ("", "", "."),
            ("", "modules/a", "modules/a"),
            ("envs/dev", "modules/a", "../../modules/a"),
            ("a/b", "a", ".."),
            (".", "a", "a"),
        ] {
            assert_eq!(between(from, to), expected, "{from} {to}");
        }
    }
}
