//! Files and paths. Files come through the port; the machine's folders are not asked for.

use super::encoding::base64;
use super::{Answer, Call, Function, MAX_ITEMS, MAX_TEXT, other, partial, regexes, text};
use palisade_app::{FileError, Part, Reason, ReasonKind, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    text("abspath", (1, 1), abspath),
    text("basename", (1, 1), basename),
    text("dirname", (1, 1), dirname),
    text("file", (1, 1), file),
    text("filebase64", (1, 1), filebase64),
    other("fileexists", (1, 1), fileexists),
    other("fileset", (2, 2), fileset),
    text("pathexpand", (1, 1), pathexpand),
];

/// The bytes of a file.
pub(super) fn read(call: &Call<'_>, path: &str) -> Result<Vec<u8>, Reason> {
    call.outside
        .read(path)
        .map_err(|error| unread(path, &error))
}

fn unread(path: &str, error: &FileError) -> Reason {
    Reason::new(ReasonKind::File, format!("`{path}` is not read: {error}"))
}

fn file(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = call.text(&arguments[0])?;
    let bytes = read(call, &path)?;
    if bytes.len() > MAX_TEXT {
        return Err(call.limit());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(call.say(text)),
        Err(_) => Err(call.wrong(format_args!("`{path}` is not UTF-8"))),
    }
}

fn filebase64(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let bytes = read(call, &call.text(&arguments[0])?)?;
    if bytes.len() > MAX_TEXT / 2 {
        return Err(call.limit());
    }
    Ok(call.say(base64(&bytes)))
}

fn fileexists(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = call.text(&arguments[0])?;
    match call.outside.read(&path) {
        Ok(_) | Err(FileError::TooLarge(_)) => Ok(call.truth(true)),
        Err(FileError::Missing) => Ok(call.truth(false)),
        Err(error) => Err(unread(&path, &error)),
    }
}

fn fileset(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let folder = call.text(&arguments[0])?;
    let pattern = regexes::compiled(call, &glob(&call.text(&arguments[1])?))?;
    let names = call.outside.list(&folder).ok_or_else(|| {
        Reason::new(
            ReasonKind::File,
            format!("what is in `{folder}` is not known"),
        )
    })?;
    let mut names: Vec<String> = names
        .into_iter()
        .filter(|name| pattern.is_match(name))
        .collect();
    names.sort();
    names.truncate(MAX_ITEMS + 1);
    Ok(call.items(names.into_iter().map(|name| call.say(name)).collect()))
}

/// A pattern of paths as a regular expression: `*`, `**`, `?`, `[a-z]`, `{a,b}`.
fn glob(pattern: &str) -> String {
    let mut out = String::from("^(?:");
    let mut rest = pattern;
    let mut groups = 0;
    while let Some(letter) = rest.chars().next() {
        let all = [
            ("**/", "(?:.*/)?"),
            ("**", ".*"),
            ("*", "[^/]*"),
            ("?", "[^/]"),
            ("[^", "[^"),
            ("[!", "[^"),
            ("[", "["),
            ("]", "]"),
        ];
        if let Some((glob, regex)) = all.iter().find(|(glob, _)| rest.starts_with(glob)) {
            out.push_str(regex);
            rest = &rest[glob.len()..];
            continue;
        }
        rest = &rest[letter.len_utf8()..];
        match letter {
            '{' => {
                groups += 1;
                out.push_str("(?:");
            }
            '}' if groups > 0 => {
                groups -= 1;
                out.push(')');
            }
            ',' if groups > 0 => out.push('|'),
            '\\' => {}
            '-' => out.push('-'),
            _ => out.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push_str(")$");
    out
}

fn abspath(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = call.text(&arguments[0])?;
    if path.starts_with('/') {
        return Ok(call.say(clean(&path)));
    }
    machine(call)
}

fn pathexpand(call: &Call<'_>, arguments: &[Value]) -> Answer {
    match call.parts(&arguments[0])?.as_slice() {
        [Part::Literal(text), ..] if text.starts_with('~') => machine(call),
        [] | [Part::Literal(_), ..] => call.as_text(&arguments[0]),
        _ => Err(call.unfit(&arguments[0], "a text")),
    }
}

/// What depends on the machine on which Terraform runs.
fn machine(call: &Call<'_>) -> Answer {
    let what = format!(
        "`{}` depends on the machine on which Terraform runs",
        call.name
    );
    Err(Reason::new(ReasonKind::File, what))
}

fn basename(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let mut parts = call.parts(&arguments[0])?;
    if let [.., _, Part::Literal(text)] = parts.as_slice()
        && text.trim_end_matches('/').contains('/')
    {
        parts = parts.split_off(parts.len() - 1);
    }
    let path = call.text(&Value::new(partial::data(parts), call.origin.clone()))?;
    let trimmed = path.trim_end_matches('/');
    Ok(match (path.is_empty(), trimmed.rsplit('/').next()) {
        (true, _) => call.say("."),
        (false, Some(name)) if !name.is_empty() => call.say(name),
        _ => call.say("/"),
    })
}

fn dirname(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = call.text(&arguments[0])?;
    let folder = path.rfind('/').map_or("", |at| &path[..=at]);
    Ok(call.say(clean(folder)))
}

/// A path without what says nothing: `.`, `..` behind a name, several slashes.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if names.last().is_some_and(|last| *last != "..") => {
                names.pop();
            }
            ".." if rooted => {}
            name => names.push(name),
        }
    }
    match (rooted, names.join("/")) {
        (true, path) => format!("/{path}"),
        (false, path) if path.is_empty() => ".".to_owned(),
        (false, path) => path,
    }
}
