// Lambda through the JS SDK v3, with functions in Node: CommonJS and ES modules, errors, logs.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import {
  CreateFunctionCommand, DeleteFunctionCommand, InvokeCommand, LambdaClient, ResourceNotFoundException,
  UpdateFunctionCodeCommand, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'

const [FunctionName, Role, first, second] = process.argv.slice(2)
const lambda = new LambdaClient({ maxAttempts: 1 })
const patience = { client: lambda, maxWaitTime: 30, minDelay: 1 }
const invoke = async (event, more) => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }))
  return { ...answer, value: answer.Payload?.length ? JSON.parse(Buffer.from(answer.Payload).toString()) : undefined }
}

await lambda.send(new CreateFunctionCommand({
  FunctionName, Role, Runtime: 'nodejs20.x', Handler: 'index.handler', Code: { ZipFile: await readFile(first) },
  Environment: { Variables: { GREETING: '안녕' } },
}))
await waitUntilFunctionActiveV2(patience, { FunctionName })
const answer = await invoke({ name: 'Haneul' }, { LogType: 'Tail' })
assert.equal(answer.StatusCode, 200)
assert.equal(answer.FunctionError, undefined)
assert.deepEqual(answer.value, { text: '안녕 Haneul', version: '$LATEST' })
const log = Buffer.from(answer.LogResult, 'base64').toString()
assert.match(log, /greeting Haneul/)
assert.match(log, /REPORT RequestId: [0-9a-f-]{36}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB/)

const failed = await invoke({ fail: true })
assert.equal(failed.FunctionError, 'Unhandled')
assert.equal(failed.value.errorType, 'TypeError')
assert.equal(failed.value.errorMessage, 'as asked')
assert.ok(failed.value.trace.length > 1)

await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await readFile(second) }))
await waitUntilFunctionUpdatedV2(patience, { FunctionName })
assert.deepEqual((await invoke({})).value, { module: true })

assert.equal((await invoke({}, { InvocationType: 'DryRun' })).StatusCode, 204)
assert.equal((await invoke({}, { InvocationType: 'Event' })).StatusCode, 202)
await lambda.send(new DeleteFunctionCommand({ FunctionName }))
await assert.rejects(invoke({}), ResourceNotFoundException)
console.log('ok')
