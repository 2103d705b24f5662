// The document client of the JS SDK v3: plain values in and out, batches, transactions, paging.
import assert from "node:assert/strict";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import {
  BatchWriteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, TransactWriteCommand, UpdateCommand, paginateQuery,
} from "@aws-sdk/lib-dynamodb";

const [TableName] = process.argv.slice(2);
const client = new DynamoDBClient({ maxAttempts: 1 });
const documents = DynamoDBDocumentClient.from(client);

await client.send(new CreateTableCommand({
  TableName,
  AttributeDefinitions: [{ AttributeName: "p", AttributeType: "S" }, { AttributeName: "r", AttributeType: "N" }],
  KeySchema: [{ AttributeName: "p", KeyType: "HASH" }, { AttributeName: "r", KeyType: "RANGE" }],
  BillingMode: "PAY_PER_REQUEST",
}));
await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 20 }, { TableName });

const Item = { p: "a", r: 1, list: [1, "two", null, { three: 3.5 }], set: new Set(["x", "y"]), bytes: new Uint8Array([1, 2]) };
await documents.send(new PutCommand({ TableName, Item }));
const got = await documents.send(new GetCommand({ TableName, Key: { p: "a", r: 1 } }));
assert.deepEqual(got.Item, Item);

const updated = await documents.send(new UpdateCommand({
  TableName,
  Key: { p: "a", r: 1 },
  UpdateExpression: "SET #l[1] = :v ADD hits :one",
  ExpressionAttributeNames: { "#l": "list" },
  ExpressionAttributeValues: { ":v": "changed", ":one": 1 },
  ReturnValues: "UPDATED_NEW",
}));
assert.deepEqual(updated.Attributes, { list: ["changed"], hits: 1 });

const puts = Array.from({ length: 20 }, (_, i) => ({ PutRequest: { Item: { p: "b", r: i } } }));
await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
const found = [];
const query = { TableName, KeyConditionExpression: "p = :p", ExpressionAttributeValues: { ":p": "b" } };
for await (const page of paginateQuery({ client: documents, pageSize: 7 }, query)) {
  found.push(...page.Items.map((item) => item.r));
}
assert.deepEqual(found, puts.map((put) => put.PutRequest.Item.r));

await assert.rejects(
  documents.send(new TransactWriteCommand({
    TransactItems: [
      { Put: { TableName, Item: { p: "c", r: 1 } } },
      { Put: { TableName, Item: { p: "a", r: 1 }, ConditionExpression: "attribute_not_exists(p)" } },
    ],
  })),
  (error) => {
    assert.equal(error.name, "TransactionCanceledException");
    assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ["None", "ConditionalCheckFailed"]);
    return true;
  },
);
const none = await documents.send(new GetCommand({ TableName, Key: { p: "c", r: 1 } }));
assert.equal(none.Item, undefined);
console.log("ok");
