//! Bodies: aws-chunked with the signature chains AWS publishes, hashes checked while streaming, hostile framing.

use std::convert::Infallible;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use http_body_util::BodyExt;
use proptest::prelude::*;
use wire_auth::{BodyError, ChunkSigner, ChunkedBody, Payload, Scope, SigningKey, VerifiedBody, sha256};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const SEED_WITH_TRAILER: &str = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";

use piecewise::Frames;

/// A stream of given pieces.
mod piecewise {
    use super::*;

    pub struct Frames(pub std::vec::IntoIter<Bytes>);

    impl http_body::Body for Frames {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            std::task::Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
        }
    }
}

fn pieces(bytes: &[u8], size: usize) -> Frames {
    piecewise::Frames(bytes.chunks(size).map(Bytes::copy_from_slice).collect::<Vec<_>>().into_iter())
}

fn signer(seed: &str) -> ChunkSigner {
    let scope =
        Scope { date: "20130524".to_owned(), region: "us-east-1".to_owned(), service: "s3".to_owned() };
    ChunkSigner::new(SigningKey::derive(SECRET, &scope), "20130524T000000Z", &scope, seed)
}

/// The documentation's upload: 65 KB of `a` in chunks of 64 KB.
fn documented(signatures: [&str; 3], tail: &str) -> Vec<u8> {
    let mut out = format!("10000;chunk-signature={}\r\n", signatures[0]).into_bytes();
    out.extend(vec![b'a'; 65_536]);
    out.extend(format!("\r\n400;chunk-signature={}\r\n", signatures[1]).into_bytes());
    out.extend(vec![b'a'; 1024]);
    out.extend(format!("\r\n0;chunk-signature={}\r\n{tail}", signatures[2]).into_bytes());
    out
}

fn plain_example() -> Vec<u8> {
    documented(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        "\r\n",
    )
}

fn trailer_example() -> Vec<u8> {
    documented(
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        "x-amz-checksum-crc32c:sOO8/Q==\n\r\nx-amz-trailer-signature:\
         d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
    )
}

async fn read(body: ChunkedBody<Frames>) -> Result<(usize, HeaderMap), BodyError> {
    let collected = body.collect().await?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    Ok((collected.to_bytes().len(), trailers))
}

#[tokio::test]
async fn the_published_chunk_signatures_hold() {
    for size in [1, 7, 4096, 100_000] {
        let body = ChunkedBody::new(pieces(&plain_example(), size), Some(signer(SEED)), false, 66_560);
        assert_eq!(read(body).await.unwrap().0, 66_560);
    }
}

#[tokio::test]
async fn the_published_trailer_signature_holds() {
    let body =
        ChunkedBody::new(pieces(&trailer_example(), 5000), Some(signer(SEED_WITH_TRAILER)), true, 66_560);
    let (length, trailers) = read(body).await.unwrap();
    assert_eq!((length, trailers["x-amz-checksum-crc32c"].as_bytes()), (66_560, &b"sOO8/Q=="[..]));
}

#[tokio::test]
async fn a_changed_byte_of_data_or_trailer_is_refused() {
    for at in [100, 65_700, 66_600] {
        let mut bytes = plain_example();
        bytes[at] = b'b';
        let body = ChunkedBody::new(pieces(&bytes, 5000), Some(signer(SEED)), false, 66_560);
        assert!(matches!(read(body).await, Err(BodyError::ChunkSignature)), "{at}");
    }
    let text = String::from_utf8(trailer_example()).unwrap().replace("sOO8", "sOO9");
    let body = ChunkedBody::new(pieces(text.as_bytes(), 5000), Some(signer(SEED_WITH_TRAILER)), true, 66_560);
    assert!(matches!(read(body).await, Err(BodyError::ChunkSignature)));
}

#[tokio::test]
async fn lengths_that_disagree_are_refused() {
    let early = ChunkedBody::new(pieces(&plain_example()[..66_000], 5000), Some(signer(SEED)), false, 66_560);
    assert!(matches!(read(early).await, Err(BodyError::Incomplete)));
    let more = ChunkedBody::new(pieces(&plain_example(), 5000), Some(signer(SEED)), false, 66_561);
    assert!(matches!(read(more).await, Err(BodyError::Incomplete)));
    let less = ChunkedBody::new(pieces(&plain_example(), 5000), Some(signer(SEED)), false, 66_559);
    assert!(matches!(read(less).await, Err(BodyError::DecodedLength)));
}

#[tokio::test]
async fn unsigned_chunks_hand_on_their_checksum() {
    let bytes = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let (length, trailers) = read(ChunkedBody::new(pieces(bytes, 3), None, true, 5)).await.unwrap();
    assert_eq!((length, trailers.len()), (5, 1));
    for bad in [
        "5\r\nhelloX\n0\r\n\r\n",
        "g\r\n",
        "-1\r\n",
        ";\r\n",
        "ffffffffffffffffff\r\n",
        "0\r\nno colon\r\n\r\n",
    ] {
        assert!(read(ChunkedBody::new(pieces(bad.as_bytes(), 3), None, true, 5)).await.is_err(), "{bad}");
    }
    let endless = vec![b'1'; 100_000];
    assert!(read(ChunkedBody::new(pieces(&endless, 1000), None, true, 5)).await.is_err());
}

#[tokio::test]
async fn a_body_that_is_not_what_its_header_says_fails_at_its_end() {
    let hash = sha256(b"hello");
    let good = VerifiedBody::new(Payload::Hash(hash), pieces(b"hello", 2), &HeaderMap::new()).unwrap();
    assert_eq!(good.collect().await.unwrap().to_bytes(), "hello");
    let bad = VerifiedBody::new(Payload::Hash(hash), pieces(b"hellO", 2), &HeaderMap::new()).unwrap();
    assert!(matches!(bad.collect().await, Err(BodyError::Auth(_))));
    let none = VerifiedBody::new(Payload::UnsignedChunks, pieces(b"", 1), &HeaderMap::new());
    assert!(matches!(none.err(), Some(BodyError::DecodedLengthMissing)));
}

#[tokio::test]
async fn the_last_frame_of_a_known_end_is_held_back_until_checked() {
    let full = http_body_util::Full::new(Bytes::from_static(b"hellO"));
    let mut body = VerifiedBody::new(Payload::Hash(sha256(b"hello")), full, &HeaderMap::new()).unwrap();
    assert!(body.frame().await.unwrap().is_err());
}

proptest! {
    #[test]
    fn no_framing_makes_it_panic(text in "([0-9a-f;\\r\\n]|chunk-signature=|0\r\n|5\r\nhello\r\n|[ -~]){0,40}", size in 1usize..9) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for signer in [None, Some(signer(SEED))] {
            let _ = runtime.block_on(read(ChunkedBody::new(pieces(text.as_bytes(), size), signer, true, 5)));
        }
    }
}
