//! The `x-amz-crc32` header of DynamoDB's answers: clients check the body by it.

use crc_fast::CrcAlgorithm;
use http::{HeaderName, HeaderValue, Response};
use wire_codec::Body;

const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");

/// The answer with the checksum of its body.
pub(crate) fn stamped(mut response: Response<Body>) -> Response<Body> {
    let Some(bytes) = response.body().as_bytes() else { return response };
    let sum = crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, bytes);
    response.headers_mut().insert(CRC32, HeaderValue::from(sum));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_zip() {
        let response = stamped(Response::new(Body::bytes("{}")));
        assert_eq!(response.headers()[CRC32], "2745614147");
    }
}
