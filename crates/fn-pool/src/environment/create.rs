//! Making a sandbox for a function, with everything around it.

use std::sync::Arc;

use fn_runtime::RuntimeApi;
use tokio::net::TcpListener;

use super::{Live, Runtime};
use crate::engine::Inner;
use crate::output::Output;
use crate::{EndpointAcceptor, FunctionSpec, InvokeRefused, launch};

fn refused(cause: impl std::fmt::Display) -> InvokeRefused {
    InvokeRefused::Environment(cause.to_string())
}

pub(super) async fn create(
    engine: &Arc<Inner>,
    spec: &Arc<FunctionSpec>,
    log_stream: &str,
    output: &mut Output,
) -> Result<Live, InvokeRefused> {
    let config = &engine.config;
    let program = launch::program(spec, &engine.interpreters, config.strict_runtimes)?;
    let endpoint = config.endpoint.as_ref();
    let (credentials, sandbox, opt_dir) =
        tokio::join!(spec.credentials.session(), engine.ready.take(), opt_dir(engine, spec));
    let credentials = credentials.map_err(InvokeRefused::Credentials)?;
    let mut sandbox = sandbox.map_err(refused)?;
    let opt_dir = opt_dir?;
    let mut warnings: Vec<String> = program.warning.iter().cloned().collect();
    if opt_dir.as_ref().is_some_and(|dir| dir.join("extensions").is_dir()) {
        warnings.push(
            "the extensions in /opt/extensions are not started: the Extensions API is not built".to_owned(),
        );
    }
    let launch = launch::launch_spec(spec, &program, opt_dir.as_deref(), log_stream, &credentials, endpoint);
    let mut listeners = sandbox.take_listeners().into_iter();
    let api_listener = listeners.next().ok_or_else(|| refused("no listener"))?;
    let (api, events) = RuntimeApi::serve(api_listener).map_err(refused)?;
    let endpoint = match (endpoint, listeners.next()) {
        (Some(endpoint), Some(listener)) => Some(serve_endpoint(listener, endpoint.acceptor.clone())?),
        _ => None,
    };
    let pipe = sandbox.take_output().ok_or_else(|| refused("no output pipe"))?;
    output.connect(pipe).map_err(refused)?;
    Ok(Live {
        sandbox,
        api,
        events,
        launch,
        credentials_expire: credentials.expires,
        endpoint,
        runtime: Runtime::Down,
        oom_kills: 0,
        frozen: false,
        warnings,
    })
}

async fn opt_dir(
    engine: &Arc<Inner>,
    spec: &Arc<FunctionSpec>,
) -> Result<Option<std::path::PathBuf>, InvokeRefused> {
    if spec.layer_dirs.len() < 2 {
        return Ok(spec.layer_dirs.first().cloned());
    }
    let (layers, scratch) = (spec.layer_dirs.clone(), engine.layers_dir());
    let merged = tokio::task::spawn_blocking(move || launch::merged_layers(&layers, &scratch));
    merged.await.map_err(refused)?.map_err(|error| refused(format!("merge the layers: {error}")))
}

/// Hands connections made inside to the platform's own server.
fn serve_endpoint(
    listener: std::net::TcpListener,
    acceptor: Arc<dyn EndpointAcceptor>,
) -> Result<tokio::task::JoinHandle<()>, InvokeRefused> {
    listener.set_nonblocking(true).map_err(refused)?;
    let listener = TcpListener::from_std(listener).map_err(refused)?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => acceptor.accept(stream),
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "the AWS endpoint of an environment stopped accepting");
                    return;
                }
            }
        }
    }))
}
