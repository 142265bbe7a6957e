//! The examples on the rules' pages are their tests.
//!
//! A YAML block with a `# finding: ID, ID` mark is a bad example: on exactly the marked lines the
//! rule must speak, with exactly these foreign ids (`# finding` alone: with none). `# finding(all)`
//! marks what only `--profile all` reports. A block without a mark is a good example: the rule
//! must be silent. Files in a rule's folder `cases/` count like blocks. A block that begins with
//! "```yaml parameters: NAME=VALUE" is judged with that parameter of the policy.

#![expect(clippy::disallowed_methods, reason = "reads the rules' folders")]
#![expect(clippy::unwrap_used, reason = "a test may fail anywhere")]

mod examples;
mod foreign_ids;
mod harness;
mod secrets;
mod terraform;
mod witnesses;
mod words;
