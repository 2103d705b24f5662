// DynamoDB through the JS SDK v3's document client: types there and back, conditions, queries with paging, transactions.
import assert from 'node:assert/strict'
import {
  ConditionalCheckFailedException, CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient,
  ResourceNotFoundException, TransactionCanceledException, waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand, BatchWriteCommand, DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, TransactWriteCommand,
  UpdateCommand, paginateQuery,
} from '@aws-sdk/lib-dynamodb'

const TableName = process.argv[2]
const client = new DynamoDBClient({ maxAttempts: 1 })
const table = DynamoDBDocumentClient.from(client)
await client.send(new CreateTableCommand({
  TableName, BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'N' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
}))
await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName })
assert.equal((await client.send(new DescribeTableCommand({ TableName }))).Table.TableStatus, 'ACTIVE')

const item = {
  pk: 'types', sk: 1, text: '하늘', number: -1.5e-7, yes: true, nothing: null, bytes: new Uint8Array([0, 255, 7]),
  list: [1, 'two', [3]], map: { deep: { er: 1 } }, words: new Set(['a', 'b']), numbers: new Set([1, 2.5]), empty: '',
}
await table.send(new PutCommand({ TableName, Item: item }))
assert.deepEqual((await table.send(new GetCommand({ TableName, Key: { pk: 'types', sk: 1 }, ConsistentRead: true }))).Item, item)

await assert.rejects(
  table.send(new PutCommand({ TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' })),
  ConditionalCheckFailedException,
)
const updated = await table.send(new UpdateCommand({
  TableName, Key: { pk: 'types', sk: 1 },
  UpdateExpression: 'SET #m.#d.er = #m.#d.er + :one, #l = list_append(#l, :more) REMOVE nothing ADD hits :one DELETE words :gone',
  ExpressionAttributeNames: { '#m': 'map', '#d': 'deep', '#l': 'list' },
  ExpressionAttributeValues: { ':one': 1, ':more': ['four'], ':gone': new Set(['b']) },
  ReturnValues: 'ALL_NEW',
}))
assert.equal(updated.Attributes.map.deep.er, 2)
assert.deepEqual(updated.Attributes.list, [1, 'two', [3], 'four'])
assert.deepEqual(updated.Attributes.words, new Set(['a']))
assert.equal(updated.Attributes.hits, 1)
assert.ok(!('nothing' in updated.Attributes))

const rows = Array.from({ length: 25 }, (_, sk) => ({ pk: 'rows', sk, n: sk, fill: 'x'.repeat(1000) }))
await table.send(new BatchWriteCommand({ RequestItems: { [TableName]: rows.map((Item) => ({ PutRequest: { Item } })) } }))
const seen = []
const query = {
  TableName, KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to', ScanIndexForward: false,
  FilterExpression: 'n <> :not', ExpressionAttributeValues: { ':pk': 'rows', ':from': 5, ':to': 20, ':not': 10 },
}
for await (const page of paginateQuery({ client: table, pageSize: 4 }, query)) seen.push(...page.Items.map((row) => row.sk))
assert.deepEqual(seen, [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 9, 8, 7, 6, 5])
const keys = [{ pk: 'rows', sk: 1 }, { pk: 'rows', sk: 2 }, { pk: 'rows', sk: 99 }]
const batch = await table.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: keys } } }))
assert.equal(batch.Responses[TableName].length, 2)

await assert.rejects(
  table.send(new TransactWriteCommand({ TransactItems: [
    { Put: { TableName, Item: { pk: 'both', sk: 1 } } },
    { ConditionCheck: { TableName, Key: { pk: 'none', sk: 1 }, ConditionExpression: 'attribute_exists(pk)' } },
  ] })),
  (error) => {
    assert.ok(error instanceof TransactionCanceledException)
    assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ['None', 'ConditionalCheckFailed'])
    return true
  },
)
assert.equal((await table.send(new GetCommand({ TableName, Key: { pk: 'both', sk: 1 } }))).Item, undefined)

const old = await table.send(new DeleteCommand({ TableName, Key: { pk: 'rows', sk: 0 }, ReturnValues: 'ALL_OLD' }))
assert.deepEqual(old.Attributes, rows[0])
await client.send(new DeleteTableCommand({ TableName }))
await assert.rejects(table.send(new GetCommand({ TableName: `${TableName}-none`, Key: { pk: 'a', sk: 1 } })), ResourceNotFoundException)
console.log('ok')
