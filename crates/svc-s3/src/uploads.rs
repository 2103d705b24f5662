//! Rows of multipart uploads: starting, adding parts, completing, aborting (S3 User Guide, "Uploading and copying objects
//! using multipart upload"). An object made of parts refers to their bytes where they are; nothing is copied.

use std::collections::BTreeMap;

use store_kv::{Read, Transaction};
use store_table::Scan;

use crate::S3;
use crate::buckets::remove_upload;
use crate::checksum::{self, Algorithm, Checksum, ChecksumType, ObjectChecksum};
use crate::content::{Ingested, Stored};
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::etag;
use crate::model::{
    Bucket, BucketId, Completed, Data, DataId, ManifestPage, ObjectFacts, Part, Upload, Version,
};
use crate::notification::EventName;
use crate::objects::{NewObject, free, live_bucket};
use crate::precondition::WriteCondition;
use crate::tables::{COMPLETED, COMPLETED_BY_TIME, MANIFEST, PARTS, PARTS_PER_PAGE, UPLOADS};

/// Greatest part number.
pub const MAX_PARTS: i32 = 10_000;
/// Smallest part but the last, in bytes.
const MIN_PART_BYTES: u64 = 5 << 20;

/// Which upload.
#[derive(Clone, Copy, Debug)]
pub struct UploadKey<'a> {
    pub key: &'a str,
    pub id: &'a str,
}

/// A part number as given.
pub fn part_number(number: i32) -> Result<u32, S3Error> {
    match u32::try_from(number) {
        Ok(given) if given >= 1 && number <= MAX_PARTS => Ok(given),
        _ => {
            let text = "Part number must be an integer between 1 and 10000, inclusive";
            Err(S3Error::invalid_argument("partNumber", &number.to_string(), text))
        }
    }
}

pub async fn find(read: &impl Read, bucket: BucketId, upload: UploadKey<'_>) -> Result<Upload, S3Error> {
    let row = UPLOADS.get(read, (bucket, upload.key, upload.id)).await?;
    row.ok_or_else(|| S3Error::no_such_upload(upload.id))
}

/// All parts that were uploaded, by number.
async fn parts(read: &impl Read, bucket: BucketId, upload_id: &str) -> Result<BTreeMap<u32, Part>, S3Error> {
    let (mut parts, mut next) = (BTreeMap::new(), None);
    loop {
        let page = PARTS.scan(read, (bucket, upload_id), Scan::forward().after(next)).await?;
        parts.extend(page.rows.into_iter().map(|((_, _, number), part)| (number, part)));
        next = page.next;
        if next.is_none() {
            return Ok(parts);
        }
    }
}

impl S3 {
    /// Records the upload; its id.
    pub(crate) async fn start_upload(
        &self,
        bucket: &Bucket,
        key: &str,
        upload: &Upload,
    ) -> Result<String, S3Error> {
        let id = format!("{}{}", self.ids().lower_alphanumeric(32), self.ids().upper_alphanumeric(32));
        let id = &id;
        self.store()
            .transact(|tx| async move {
                let bucket = live_bucket(&tx, bucket).await?;
                Ok::<_, S3Error>(UPLOADS.put(&tx, (bucket.id, key, id), upload)?)
            })
            .await?;
        Ok(id.clone())
    }

    /// Adds a part whose bytes are stored, in place of an earlier one of its number. Like putting an object, it runs to
    /// its end.
    pub(crate) async fn add_part(
        &self,
        bucket: &Bucket,
        upload: UploadKey<'_>,
        part: &Part,
        stored: Stored,
    ) -> Result<(), S3Error> {
        let (this, bucket, part) = (self.clone(), bucket.id, part.clone());
        let (key, id) = (upload.key.to_owned(), upload.id.to_owned());
        let commit = self.tasks().spawn(async move {
            let outcome = this.commit_part(bucket, UploadKey { key: &key, id: &id }, &part, &stored).await;
            stored.settle(outcome)
        });
        commit.await.unwrap_or_else(|_| Err(S3Error::internal()))
    }

    async fn commit_part(
        &self,
        bucket: BucketId,
        upload: UploadKey<'_>,
        part: &Part,
        stored: &Stored,
    ) -> Result<(), S3Error> {
        let at = (bucket, upload.id, part.number);
        self.store()
            .transact(|tx| async move {
                find(&tx, bucket, upload).await?;
                stored.write(&tx)?;
                if let Some(before) = PARTS.get(&tx, at).await? {
                    free(&tx, vec![before.data])?;
                }
                Ok::<_, S3Error>(PARTS.put(&tx, at, part)?)
            })
            .await
    }

    pub(crate) async fn abort_upload(&self, bucket: &Bucket, upload: UploadKey<'_>) -> Result<(), S3Error> {
        self.store()
            .transact(|tx| async move {
                find(&tx, bucket.id, upload).await?;
                remove_upload(&tx, bucket.id, upload.key, upload.id).await
            })
            .await
    }

    /// Makes the object of the parts that are asked for; the others are freed. Asked again, it answers the same.
    pub(crate) async fn complete_upload(
        &self,
        bucket: &Bucket,
        upload: UploadKey<'_>,
        completion: &Completion<'_>,
    ) -> Result<Completed, S3Error> {
        let data = self.new_data_id();
        self.store()
            .transact(|tx| async move {
                let bucket = live_bucket(&tx, bucket).await?;
                if let Some(completed) = COMPLETED.get(&tx, (bucket.id, upload.id)).await? {
                    let is_same = completed.key == upload.key;
                    return if is_same { Ok(completed) } else { Err(S3Error::no_such_upload(upload.id)) };
                }
                let row = find(&tx, bucket.id, upload).await?;
                self.complete(&tx, &bucket, upload, row, completion, data).await
            })
            .await
    }

    async fn complete(
        &self,
        tx: &Transaction,
        bucket: &Bucket,
        upload: UploadKey<'_>,
        row: Upload,
        completion: &Completion<'_>,
        data: DataId,
    ) -> Result<Completed, S3Error> {
        let uploaded = parts(tx, bucket.id, upload.id).await?;
        let (chosen, rest) = choose(upload.id, &row, uploaded, completion.parts)?;
        let facts = facts_of(&row, &chosen, data)?;
        completion.check(&row, &facts)?;
        write_manifest(tx, data, chosen)?;
        free(tx, rest)?;
        PARTS.delete_prefix(tx, (bucket.id, upload.id));
        UPLOADS.delete(tx, (bucket.id, upload.key, upload.id));
        let version = self.place_completed(tx, bucket, upload, completion, &facts).await?;
        let completed = Completed {
            key: upload.key.to_owned(),
            etag: facts.etag,
            version_id: version.version_id,
            checksum: facts.checksum,
        };
        COMPLETED.put(tx, (bucket.id, upload.id), &completed)?;
        COMPLETED_BY_TIME.put(tx, (completion.cause.time, bucket.id, upload.id), &())?;
        Ok(completed)
    }

    async fn place_completed(
        &self,
        tx: &Transaction,
        bucket: &Bucket,
        upload: UploadKey<'_>,
        completion: &Completion<'_>,
        facts: &ObjectFacts,
    ) -> Result<Version, S3Error> {
        let new = NewObject {
            key: upload.key.to_owned(),
            condition: completion.condition.clone(),
            facts: facts.clone(),
            event: EventName::CreatedCompleteMultipartUpload,
            cause: completion.cause.clone(),
        };
        self.place(tx, bucket, &new).await
    }
}

/// A part as completing names it.
#[derive(Clone, Debug, Default)]
pub struct ChosenPart {
    pub number: i32,
    pub etag: String,
    pub checksum: Option<Checksum>,
}

/// What completing asks for.
pub struct Completion<'a> {
    pub parts: &'a [ChosenPart],
    /// The whole object's checksum, as given.
    pub checksum: Option<(Algorithm, String)>,
    pub checksum_type: Option<ChecksumType>,
    pub size_bytes: Option<i64>,
    pub condition: &'a WriteCondition,
    pub cause: &'a Cause,
}

impl Completion<'_> {
    fn check(&self, upload: &Upload, facts: &ObjectFacts) -> Result<(), S3Error> {
        if let (Some(asked), Some(actual)) = (self.checksum_type, upload.checksum_type)
            && asked != actual
        {
            let text = format!(
                "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
                actual.name()
            );
            return Err(S3Error::invalid_request(text));
        }
        if self.size_bytes.is_some_and(|size| u64::try_from(size) != Ok(facts.size_bytes)) {
            let text = "The provided 'x-amz-mp-object-size' header does not match what was computed.";
            return Err(S3Error::invalid_request(text));
        }
        match (&self.checksum, &facts.checksum) {
            (Some((algorithm, text)), Some(computed))
                if *algorithm != computed.checksum.algorithm || *text != computed.to_text() =>
            {
                Err(S3Error::bad_checksum(algorithm.name()))
            }
            _ => Ok(()),
        }
    }
}

/// The parts asked for, in order, and the bytes of those that weren't.
fn choose(
    upload_id: &str,
    upload: &Upload,
    mut uploaded: BTreeMap<u32, Part>,
    asked: &[ChosenPart],
) -> Result<(Vec<Part>, Vec<Data>), S3Error> {
    if !asked.is_sorted_by(|before, after| before.number < after.number) {
        return Err(S3Error::invalid_part_order(upload_id));
    }
    let mut chosen: Vec<Part> = Vec::with_capacity(asked.len());
    for (i, want) in asked.iter().enumerate() {
        let number = u32::try_from(want.number).unwrap_or(0);
        let invalid = || S3Error::invalid_part(upload_id, want.number, &want.etag);
        let part = uploaded.remove(&number).ok_or_else(invalid)?;
        if part.etag() != etag::bare(&want.etag) {
            return Err(invalid());
        }
        check_part_checksum(upload, want, &part, invalid)?;
        if part.size_bytes < MIN_PART_BYTES && i + 1 < asked.len() {
            return Err(S3Error::entity_too_small(
                part.size_bytes,
                MIN_PART_BYTES,
                want.number,
                &part.etag(),
            ));
        }
        chosen.push(part);
    }
    Ok((chosen, uploaded.into_values().map(|part| part.data).collect()))
}

fn check_part_checksum(
    upload: &Upload,
    want: &ChosenPart,
    part: &Part,
    invalid: impl Fn() -> S3Error,
) -> Result<(), S3Error> {
    match (&want.checksum, upload.algorithm, upload.checksum_type) {
        (Some(checksum), Some(_), _) if *checksum != part.checksum => Err(invalid()),
        (None, Some(algorithm), Some(ChecksumType::Composite)) => {
            let text = format!(
                "The upload was created using a {} checksum. The complete request must include the checksum for each part. \
                 It was missing for part {} in the request.",
                algorithm.name().to_ascii_lowercase(),
                want.number
            );
            Err(S3Error::invalid_request(text))
        }
        _ => Ok(()),
    }
}

fn facts_of(upload: &Upload, parts: &[Part], data: DataId) -> Result<ObjectFacts, S3Error> {
    let sums: Vec<_> = parts.iter().map(|part| (part.checksum.clone(), part.size_bytes)).collect();
    let algorithm = upload.algorithm.unwrap_or(Algorithm::DEFAULT);
    let checksum = match upload.checksum_type.unwrap_or(ChecksumType::FullObject) {
        ChecksumType::Composite => Some(checksum::compose(algorithm, &sums)),
        ChecksumType::FullObject => checksum::combine(algorithm, &sums).map(ObjectChecksum::full),
    };
    Ok(ObjectFacts {
        size_bytes: parts.iter().map(|part| part.size_bytes).sum(),
        etag: etag::of_parts(parts.iter().map(|part| &part.md5)),
        checksum,
        data: Data::Parts(data),
        parts: Some(u32::try_from(parts.len()).map_err(|_| S3Error::malformed_xml())?),
        description: upload.description.clone(),
    })
}

/// From here on a part's number is its place.
fn write_manifest(tx: &Transaction, data: DataId, mut parts: Vec<Part>) -> Result<(), S3Error> {
    for (number, part) in (1u32..).zip(&mut parts) {
        part.number = number;
    }
    for (number, page) in (0u32..).zip(parts.chunks(PARTS_PER_PAGE)) {
        MANIFEST.put(tx, (data, number), &ManifestPage { parts: page.to_vec() })?;
    }
    Ok(())
}

/// A part's row.
pub fn new_part(number: u32, cause: &Cause, ingested: &Ingested) -> Part {
    Part {
        number,
        size_bytes: ingested.size_bytes,
        md5: ingested.md5,
        modified: cause.time,
        data: ingested.stored.data().clone(),
        checksum: ingested.checksum.clone(),
    }
}

#[cfg(test)]
mod tests {
    use base_time::Timestamp;

    use super::*;
    use crate::model::Description;

    fn part(number: u32, size_bytes: u64) -> Part {
        Part {
            number,
            size_bytes,
            md5: etag::md5_of(&number.to_be_bytes()),
            modified: Timestamp::EPOCH,
            data: Data::Inline(DataId(0, u64::from(number))),
            checksum: Checksum { algorithm: Algorithm::Crc32, value: vec![0, 0, 0, 1] },
        }
    }

    fn upload(algorithm: Option<Algorithm>, checksum_type: Option<ChecksumType>) -> Upload {
        let (description, initiator) = (Description::default(), String::new());
        Upload { initiated: Timestamp::EPOCH, description, algorithm, checksum_type, initiator }
    }

    fn want(part: &Part) -> ChosenPart {
        ChosenPart { number: part.number as i32, etag: etag::quoted(&part.etag()), checksum: None }
    }

    fn outcome(parts: &[Part], asked: &[ChosenPart]) -> Result<(Vec<u32>, usize), &'static str> {
        let uploaded = parts.iter().map(|part| (part.number, part.clone())).collect();
        choose("u", &upload(None, None), uploaded, asked)
            .map(|(chosen, rest)| (chosen.iter().map(|part| part.number).collect(), rest.len()))
            .map_err(|error| error.code)
    }

    #[test]
    fn parts_are_chosen_in_order_and_the_rest_is_freed() {
        let parts = [part(1, MIN_PART_BYTES), part(3, MIN_PART_BYTES), part(9, 1)];
        assert_eq!(outcome(&parts, &[want(&parts[0]), want(&parts[2])]), Ok((vec![1, 9], 1)));
    }

    #[test]
    fn each_fault_has_its_code() {
        let parts = [part(1, MIN_PART_BYTES - 1), part(2, MIN_PART_BYTES)];
        let (first, second) = (want(&parts[0]), want(&parts[1]));
        assert_eq!(outcome(&parts, &[second.clone(), first.clone()]), Err("InvalidPartOrder"));
        assert_eq!(outcome(&parts, &[second.clone(), second.clone()]), Err("InvalidPartOrder"));
        assert_eq!(outcome(&parts, &[first.clone(), second]), Err("EntityTooSmall"));
        let wrong_tag = ChosenPart { etag: "x".to_owned(), ..first.clone() };
        assert_eq!(outcome(&parts, &[wrong_tag]), Err("InvalidPart"));
        assert_eq!(outcome(&parts, &[ChosenPart { number: 7, ..first }]), Err("InvalidPart"));
    }

    #[test]
    fn a_composite_upload_wants_every_parts_checksum() {
        let parts = [part(1, 1)];
        let uploaded = || BTreeMap::from([(1, parts[0].clone())]);
        let composite = upload(Some(Algorithm::Crc32), Some(ChecksumType::Composite));
        let without = choose("u", &composite, uploaded(), &[want(&parts[0])]).unwrap_err();
        assert_eq!(without.code, "InvalidRequest");
        let with = ChosenPart { checksum: Some(parts[0].checksum.clone()), ..want(&parts[0]) };
        assert!(choose("u", &composite, uploaded(), &[with]).is_ok());
    }

    #[test]
    fn part_numbers_are_one_to_ten_thousand() {
        assert!(part_number(1).is_ok() && part_number(10_000).is_ok());
        assert!(part_number(0).is_err() && part_number(10_001).is_err() && part_number(-1).is_err());
    }
}
