//! ExecuteTransaction: PartiQL is not built.

use api_dynamodb::{ExecuteTransactionInput, ExecuteTransactionOutput};
use port::RequestContext;

use crate::Service;
use crate::error::{Error, Result};

pub(crate) async fn run(
    _service: &Service,
    _cx: &RequestContext,
    _input: ExecuteTransactionInput,
) -> Result<ExecuteTransactionOutput> {
    Err(Error::not_implemented("dynamodb:ExecuteTransaction (PartiQL)"))
}
