// S3 through the JS SDK v3: checksums it adds by itself, streams, ranges, copies, multipart uploads, presigned URLs, errors.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteBucketCommand,
  DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, NoSuchKey, PutObjectCommand, S3Client,
  UploadPartCommand, paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

const Bucket = process.argv[2]
const s3 = new S3Client({ forcePathStyle: true, maxAttempts: 1 })
await s3.send(new CreateBucketCommand({ Bucket }))

const text = '하늘 sky ciel '.repeat(10_000)
const put = await s3.send(new PutObjectCommand({
  Bucket, Key: 'a folder/text+plus.txt', Body: text, ContentType: 'text/plain; charset=utf-8', Metadata: { colour: 'blue' },
}))
assert.match(put.ETag, /^"[0-9a-f]{32}"$/)
const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a folder/text+plus.txt', ChecksumMode: 'ENABLED' }))
assert.equal(await got.Body.transformToString(), text)
assert.deepEqual(got.Metadata, { colour: 'blue' })
assert.equal(got.ContentType, 'text/plain; charset=utf-8')
assert.equal(got.ETag, put.ETag)

const range = await s3.send(new GetObjectCommand({ Bucket, Key: 'a folder/text+plus.txt', Range: 'bytes=7-9' }))
assert.equal(await range.Body.transformToString(), 'sky')
assert.equal(range.ContentRange, `bytes 7-9/${Buffer.byteLength(text)}`)

// A stream of known length is sent in chunks with a trailing checksum.
const part = Buffer.alloc(64 * 1024, 'x')
const body = Readable.from(Array.from({ length: 16 }, () => part))
await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body: body, ContentLength: 16 * part.length }))
const streamed = await s3.send(new HeadObjectCommand({ Bucket, Key: 'streamed' }))
assert.equal(streamed.ContentLength, 1 << 20)

await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/a%20folder/text%2Bplus.txt` }))
assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).ETag, put.ETag)

const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }))
const pieces = [Buffer.alloc(5 << 20, 'a'), Buffer.from('the end')]
const Parts = []
for (const [index, Body] of pieces.entries()) {
  const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber: index + 1, Body }))
  Parts.push({ ETag, PartNumber: index + 1 })
}
const whole = await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts } }))
assert.match(whole.ETag, /^"[0-9a-f]{32}-2"$/)
const parts = await s3.send(new GetObjectCommand({ Bucket, Key: 'parts', Range: 'bytes=-8' }))
assert.equal(await parts.Body.transformToString(), 'athe end')

const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'a folder/text+plus.txt' }), { expiresIn: 60 })
const fetched = await fetch(url)
assert.equal(fetched.status, 200)
assert.equal(await fetched.text(), text)

await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'nothing' })), (error) => {
  assert.ok(error instanceof NoSuchKey)
  assert.equal(error.$metadata.httpStatusCode, 404)
  return true
})

const keys = []
for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket })) {
  keys.push(...page.Contents.map((entry) => entry.Key))
}
assert.deepEqual(keys, ['a folder/text+plus.txt', 'copy', 'parts', 'streamed'])
const folders = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))
assert.deepEqual(folders.CommonPrefixes, [{ Prefix: 'a folder/' }])

const deleted = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }))
assert.equal(deleted.Deleted.length, 4)
await s3.send(new DeleteBucketCommand({ Bucket }))
console.log('ok')
