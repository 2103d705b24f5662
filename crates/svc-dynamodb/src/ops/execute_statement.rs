//! ExecuteStatement: PartiQL is not built.

use api_dynamodb::{ExecuteStatementInput, ExecuteStatementOutput};
use port::RequestContext;

use crate::Service;
use crate::error::{Error, Result};

pub(crate) async fn run(
    _service: &Service,
    _cx: &RequestContext,
    _input: ExecuteStatementInput,
) -> Result<ExecuteStatementOutput> {
    Err(Error::not_implemented("dynamodb:ExecuteStatement (PartiQL)"))
}
