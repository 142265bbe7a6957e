//! Development commands of Palisade.

mod sam_oracle;

fn main() -> anyhow::Result<std::process::ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let done = match command.as_str() {
        "sam-oracle" => sam_oracle::run(arguments)?,
        other => anyhow::bail!("no command `{other}`; there is `sam-oracle`"),
    };
    Ok(std::process::ExitCode::from(u8::from(!done)))
}
