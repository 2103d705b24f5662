// SQS through the JS SDK v3: it checks every MD5 it is given.
import assert from 'node:assert/strict'
import {
  ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageCommand, DeleteQueueCommand, GetQueueAttributesCommand,
  GetQueueUrlCommand, QueueDoesNotExist, ReceiveMessageCommand, SQSClient, SendMessageBatchCommand, SendMessageCommand,
} from '@aws-sdk/client-sqs'

const QueueName = process.argv[2]
const sqs = new SQSClient({ maxAttempts: 1 })
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '30' } }))
assert.equal((await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl, QueueUrl)

// Long polling: the message arrives while we wait.
const waiting = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }))
const started = performance.now()
await sqs.send(new SendMessageCommand({
  QueueUrl, MessageBody: '하늘 & <sky>',
  MessageAttributes: { n: { DataType: 'Number', StringValue: '7' }, b: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) } },
}))
const [message] = (await waiting).Messages
assert.ok(performance.now() - started < 5_000, 'a waiting receive is woken by the message')
assert.equal(message.Body, '하늘 & <sky>')
assert.equal(message.MessageAttributes.n.StringValue, '7')
assert.deepEqual(Buffer.from(message.MessageAttributes.b.BinaryValue), Buffer.from([1, 2]))
assert.equal(message.Attributes.ApproximateReceiveCount, '1')

const { ReceiptHandle } = message
await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
const [again] = (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageSystemAttributeNames: ['All'] }))).Messages
assert.equal(again.MessageId, message.MessageId)
assert.equal(again.Attributes.ApproximateReceiveCount, '2')
await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again.ReceiptHandle }))

const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `message ${index}` }))
assert.equal((await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Successful.length, 10)
const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
assert.equal(Attributes.ApproximateNumberOfMessages, '10')

await sqs.send(new DeleteQueueCommand({ QueueUrl }))
await assert.rejects(sqs.send(new GetQueueUrlCommand({ QueueName: `${QueueName}-none` })), QueueDoesNotExist)
console.log('ok')
