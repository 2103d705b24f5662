// The notes in their table.
import { randomUUID } from 'node:crypto'
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}))
const TableName = process.env.NOTES_TABLE

export const putNote = async ({ notebook, title, text }) => {
  const now = new Date().toISOString()
  const Item = { id: randomUUID(), notebook, title, text, createdAt: now, updatedAt: now, version: 1 }
  await table.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(id)' }))
  return Item
}

export const findNote = async (id) => {
  const { Item } = await table.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }))
  return Item
}

// The newest first; `next` is where the page before ended.
export const listNotes = async (notebook, limit, next) => {
  const page = await table.send(
    new QueryCommand({
      TableName,
      IndexName: 'by-notebook',
      KeyConditionExpression: 'notebook = :notebook',
      ExpressionAttributeValues: { ':notebook': notebook },
      ScanIndexForward: false,
      Limit: limit,
      ExclusiveStartKey: next && JSON.parse(Buffer.from(next, 'base64url').toString('utf8')),
    }),
  )
  const following = page.LastEvaluatedKey
  return {
    notes: page.Items,
    ...(following && { next: Buffer.from(JSON.stringify(following)).toString('base64url') }),
  }
}

export const updateNote = (id, { notebook, title, text }) =>
  unlessMissing(async () => {
    const { Attributes } = await table.send(
      new UpdateCommand({
        TableName,
        Key: { id },
        UpdateExpression: 'SET notebook = :notebook, title = :title, #text = :text, updatedAt = :now ADD version :one',
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeNames: { '#text': 'text' },
        ExpressionAttributeValues: {
          ':notebook': notebook,
          ':title': title,
          ':text': text,
          ':now': new Date().toISOString(),
          ':one': 1,
        },
        ReturnValues: 'ALL_NEW',
      }),
    )
    return Attributes
  })

export const deleteNote = (id) =>
  unlessMissing(async () => {
    await table.send(new DeleteCommand({ TableName, Key: { id }, ConditionExpression: 'attribute_exists(id)' }))
    return true
  })

const unlessMissing = async (act) => {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw error
  }
}
