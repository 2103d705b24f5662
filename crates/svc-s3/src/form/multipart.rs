//! `multipart/form-data` (RFC 7578), read as it streams: fields up to the file into memory, within a limit; the file as a
//! body that ends at the boundary.

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use wire_codec::Body;

use super::Fields;
use crate::content::body_error;
use crate::error::S3Error;

/// Most bytes in front of the file.
const MAX_FIELDS_BYTES: usize = 20 << 10;

pub fn malformed() -> S3Error {
    let text = "The body of your POST request is not well-formed multipart/form-data.";
    S3Error::new("MalformedPOSTRequest", 400, text)
}

fn too_large() -> S3Error {
    let text = "Your POST request fields preceeding the upload file was too large.";
    S3Error::new("MaxPostPreDataLengthExceeded", 400, text)
        .with("MaxPostPreDataLengthBytes", MAX_FIELDS_BYTES.to_string())
}

/// The boundary a content type names.
pub fn boundary(content_type: &str) -> Option<String> {
    let parameter = content_type.split(';').map(str::trim).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    })?;
    let boundary = parameter.trim_matches('"');
    (!boundary.is_empty() && boundary.len() <= 70).then(|| boundary.to_owned())
}

pub struct Multipart {
    body: Body,
    buffer: BytesMut,
    /// `\r\n--boundary`.
    delimiter: Vec<u8>,
    is_ended: bool,
}

/// The head of a part.
#[derive(Debug, Default, PartialEq, Eq)]
struct PartHead {
    name: String,
    filename: Option<String>,
    content_type: Option<String>,
}

impl Multipart {
    pub fn new(body: Body, boundary: &str) -> Self {
        // The first delimiter may have no line break before it; with one, all are alike.
        let buffer = BytesMut::from(&b"\r\n"[..]);
        Self { body, buffer, delimiter: format!("\r\n--{boundary}").into_bytes(), is_ended: false }
    }

    /// Reads up to the file: the fields, the file's name, and the file.
    pub async fn read(mut self) -> Result<(Fields, String, Body), S3Error> {
        let (mut fields, mut read_bytes) = (Fields::default(), 0);
        self.take_until_delimiter(MAX_FIELDS_BYTES).await?;
        loop {
            let head = self.part_head(MAX_FIELDS_BYTES - read_bytes).await?;
            if head.name.eq_ignore_ascii_case("file") {
                if let Some(content_type) = head.content_type.filter(|_| fields.get("content-type").is_none())
                {
                    fields.push("file-content-type".to_owned(), content_type);
                }
                return Ok((fields, head.filename.unwrap_or_default(), self.into_file()));
            }
            let value = self.take_until_delimiter(MAX_FIELDS_BYTES - read_bytes).await?;
            read_bytes += head.name.len() + value.len();
            if read_bytes > MAX_FIELDS_BYTES {
                return Err(too_large());
            }
            fields.push(head.name, String::from_utf8(value.to_vec()).map_err(|_| malformed())?);
        }
    }

    /// Everything up to the next delimiter, which is taken too.
    async fn take_until_delimiter(&mut self, limit: usize) -> Result<Bytes, S3Error> {
        loop {
            if let Some(at) = memchr::memmem::find(&self.buffer, &self.delimiter) {
                let before = self.buffer.split_to(at).freeze();
                let _ = self.buffer.split_to(self.delimiter.len());
                return Ok(before);
            }
            if self.buffer.len() > limit + self.delimiter.len() {
                return Err(too_large());
            }
            self.fill().await?;
        }
    }

    /// The lines after a delimiter up to the empty one.
    async fn part_head(&mut self, limit: usize) -> Result<PartHead, S3Error> {
        loop {
            if self.buffer.starts_with(b"--") {
                let text = "POST requires exactly one file upload per request.";
                return Err(S3Error::invalid_argument("file", "0", text));
            }
            if let Some(at) = memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                let head = self.buffer.split_to(at + 4);
                return parse_head(&String::from_utf8_lossy(&head)).ok_or_else(malformed);
            }
            if self.buffer.len() > limit {
                return Err(too_large());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), S3Error> {
        match self.body.chunk().await {
            Some(Ok(bytes)) => {
                self.buffer.extend_from_slice(&bytes);
                Ok(())
            }
            Some(Err(error)) => Err(body_error(error)),
            None => Err(malformed()),
        }
    }

    fn into_file(self) -> Body {
        let pieces = stream::unfold(self, |mut this| async move {
            let piece = this.file_piece().await.transpose()?;
            Some((piece, this))
        });
        Body::stream(Box::pin(pieces), None)
    }

    /// The next bytes of the file; none behind its end.
    async fn file_piece(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        loop {
            if self.is_ended {
                return Ok(None);
            }
            if let Some(at) = memchr::memmem::find(&self.buffer, &self.delimiter) {
                self.is_ended = true;
                return Ok(Some(self.buffer.split_to(at).freeze()));
            }
            // What may be a delimiter's beginning stays.
            let sure = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
            if sure > 0 {
                return Ok(Some(self.buffer.split_to(sure).freeze()));
            }
            if let Err(error) = self.fill().await {
                self.is_ended = true;
                return Err(std::io::Error::other(error.message.into_owned()));
            }
        }
    }
}

fn parse_head(text: &str) -> Option<PartHead> {
    let mut head = PartHead::default();
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':')?;
        match name.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => {
                head.name = parameter(value, "name")?;
                head.filename = parameter(value, "filename");
            }
            "content-type" => head.content_type = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    (!head.name.is_empty()).then_some(head)
}

/// `form-data; name="key"; filename="a\"b.jpg"`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (text, next) = quoted(after)?;
        if name.trim_matches([' ', ';']).eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = next;
    }
}

/// A value and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let Some(inner) = text.trim_start().strip_prefix('"') else {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        return Some((value.trim().to_owned(), rest));
    };
    let (mut out, mut chars) = (String::new(), inner.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, inner.get(at + 1..)?)),
            '\\' => out.push(chars.next()?.1),
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(file: &[u8]) -> Vec<u8> {
        let mut form = b"--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na/${filename}\r\n\
            --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"my \\\"f\\\".jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
            .to_vec();
        form.extend(file);
        form.extend(
            b"\r\n--xyz\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n--xyz--\r\n",
        );
        form
    }

    async fn read(bytes: &[u8], piece: usize) -> Result<(Fields, String, Vec<u8>), S3Error> {
        let pieces: Vec<_> =
            bytes.chunks(piece).map(|some| Ok::<_, std::io::Error>(Bytes::copy_from_slice(some))).collect();
        let body = Body::stream(stream::iter(pieces), None);
        let (fields, filename, file) = Multipart::new(body, "xyz").read().await?;
        let file = file.collect(1 << 20).await.map_err(body_error)?;
        Ok((fields, filename, file.to_vec()))
    }

    #[tokio::test]
    async fn a_form_without_a_file_or_cut_short_is_refused() {
        let no_file = b"--xyz\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--xyz--\r\n";
        assert_eq!(read(no_file, 7).await.unwrap_err().code, "InvalidArgument");
        let whole = form(b"12345");
        assert!(read(&whole[..60], 7).await.is_err());
        let cut = whole.len() - 90;
        assert!(read(&whole[..cut], 7).await.is_err());
        assert_eq!(read(&vec![b'x'; 40_000], 1000).await.unwrap_err().code, "MaxPostPreDataLengthExceeded");
    }

    #[test]
    fn a_boundary_is_found_with_or_without_quotes() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("multipart/form-data; charset=utf-8; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("multipart/form-data"), None);
    }

    proptest! {
        #[test]
        fn a_form_is_read_whatever_its_pieces(
            file in prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), Just(b'x'), any::<u8>()], 0..300),
            piece in 1usize..50,
        ) {
            prop_assume!(memchr::memmem::find(&file, b"\r\n--xyz").is_none());
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (fields, filename, read) = runtime.block_on(read(&form(&file), piece)).unwrap();
            prop_assert_eq!(read, file);
            prop_assert_eq!(fields.get("key"), Some("a/${filename}"));
            prop_assert_eq!(fields.get("file-content-type"), Some("image/jpeg"));
            prop_assert_eq!(filename, "my \"f\".jpg");
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let _ = runtime.block_on(read(&bytes, 13));
        }
    }
}
