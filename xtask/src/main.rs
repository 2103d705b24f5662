//! The project's own commands: `cargo xtask <command>`.

mod r#gen;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("gen") => r#gen::run(args),
        other => anyhow::bail!("unknown command {}; known is gen", other.unwrap_or("(none)")),
    }
}
