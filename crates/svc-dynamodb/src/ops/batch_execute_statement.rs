//! BatchExecuteStatement: PartiQL is not built.

use api_dynamodb::{BatchExecuteStatementInput, BatchExecuteStatementOutput};
use port::RequestContext;

use crate::Service;
use crate::error::{Error, Result};

pub(crate) async fn run(
    _service: &Service,
    _cx: &RequestContext,
    _input: BatchExecuteStatementInput,
) -> Result<BatchExecuteStatementOutput> {
    Err(Error::not_implemented("dynamodb:BatchExecuteStatement (PartiQL)"))
}
