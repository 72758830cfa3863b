//! The membership server: one binary.
#![expect(clippy::print_stdout, reason = "a command-line program speaks by printing")]

mod config;
mod demo;
mod doctor;
mod failure;
mod import;
mod keys;
mod letters;
mod remote;
mod serve;
mod service;
mod test_mail;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

use config::{Config, LogConfig, LogFormat};
use failure::{Context, Outcome};

/// Member management: invitations, members, roles.
#[derive(Parser)]
#[command(name = "membership", disable_version_flag = true)]
struct Arguments {
    /// The configuration; by default `membership.toml`, if it is there
    #[arg(long, global = true, env = "MEMBERSHIP_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server; this is what happens without a command
    Serve,
    /// Run the server with temporary data and an example tenant, and show the main job
    Demo {
        /// The port to listen on
        #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
        /// End after the main job instead of serving on
        #[arg(long)]
        once: bool,
    },
    /// Bring the database up to date
    Migrate {
        /// Only say whether it is; exit code 1 if not
        #[arg(long)]
        check: bool,
    },
    /// Print the description of the API
    Openapi,
    /// Check every invariant of every tenant on the live database; exit code 1 if one does not hold
    Doctor(doctor::Looks),
    /// Forget every wrong password and code of somebody who is frozen out, and whom nobody else can help
    Unfreeze {
        /// The name or address that the person signs in with
        login: String,
    },
    /// Import a table of people into a tenant of a running server, which has planned it first. The API key stands in
    /// `MEMBERSHIP_API_KEY`. Exit code 0 if no row was refused, 2 if some were or would be, 1 if it could not be done
    Import(import::Import),
    /// Export the members of a tenant of a running server as a table that can be imported again. The API key stands in
    /// `MEMBERSHIP_API_KEY`. Exit code 1 if it could not be done
    Export(import::Export),
    /// The configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print what is in force, secrets hidden
    Show,
}

/// Exit code of a command that looked and found that not all is well.
const NOT_WELL: u8 = 1;
/// Exit code of a command that could not do its work.
const FAILED: u8 = 2;
/// The same of an import and an export, where the other code is for rows that were refused.
const ROWS_REFUSED: u8 = 2;
const NOT_DONE: u8 = 1;

fn main() -> ExitCode {
    // One crypto library for everything; only a second call could fail, and there is none.
    drop(rustls::crypto::ring::default_provider().install_default());
    let arguments = Arguments::parse();
    let (not_well, failed) = match arguments.command {
        Some(Command::Import(_) | Command::Export(_)) => (ROWS_REFUSED, NOT_DONE),
        _ => (NOT_WELL, FAILED),
    };
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(not_well),
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(failed)
        }
    }
}

/// Runs the command; whether all is well.
fn run(arguments: Arguments) -> Outcome<bool> {
    let load = || Config::load(arguments.config.as_deref());
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Openapi => {
            println!("{}", membership_server::spec().trim_end());
            Ok(true)
        }
        Command::Config { command: ConfigCommand::Show } => {
            print!("{}", toml::to_string(&load()?).context("writing the configuration")?);
            Ok(true)
        }
        Command::Serve => {
            let config = load()?;
            log(&config.log)?;
            block_on(serve::run(&config)).map(|()| true)
        }
        Command::Demo { port, once } => {
            log(&LogConfig { format: LogFormat::Text, filter: "warn".into() })?;
            block_on(demo::run(port, once)).map(|()| true)
        }
        Command::Import(command) => block_on(import::import(command, || Ok(load()?.base_url))),
        Command::Export(command) => block_on(import::export(command, || Ok(load()?.base_url))),
        Command::Migrate { check } => block_on(migrate(&load()?, check)),
        Command::Unfreeze { login } => block_on(unfreeze(&load()?, &login)),
        Command::Doctor(looks) => block_on(doctor::run(&load()?, &looks)),
    }
}

async fn migrate(config: &Config, check: bool) -> Outcome<bool> {
    let database = service::open_database(config).await?;
    let pending = database.pending_migrations().await.context("looking at the database")?;
    if pending.is_empty() {
        println!("the database is up to date");
    } else if check {
        println!("waiting: {}", pending.join(", "));
    } else {
        database.migrate().await.context("bringing the database up to date")?;
        println!("done: {}", pending.join(", "));
    }
    Ok(pending.is_empty() || !check)
}

async fn unfreeze(config: &Config, login: &str) -> Outcome<bool> {
    let known =
        service::Service::open(config).await?.membership.unfreeze(login).await.context("forgetting the tries")?;
    if known {
        println!("every wrong password and code of {login} is forgotten");
    } else {
        println!("nobody signs in as {login}: expected a username, or an address that the account has proved");
    }
    Ok(known)
}

fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(work)
}

fn log(config: &LogConfig) -> Outcome {
    let filter = EnvFilter::try_new(&config.filter).context(format!("log.filter {:?}", config.filter))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_span_events(FmtSpan::NONE);
    let started = match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.context("starting the log")
}
