// STS and CloudFormation through the JS SDK v3: who am I, a stack made, changed and deleted with its waiters.
import assert from 'node:assert/strict'
import {
  CloudFormationClient, CreateStackCommand, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand,
  UpdateStackCommand, waitUntilStackCreateComplete, waitUntilStackDeleteComplete, waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const StackName = process.argv[2]
const identity = await new STSClient({}).send(new GetCallerIdentityCommand({}))
assert.match(identity.Account, /^\d{12}$/)

const cloudformation = new CloudFormationClient({ maxAttempts: 1 })
const patience = { client: cloudformation, maxWaitTime: 60, minDelay: 1 }
const template = (seconds) => JSON.stringify({
  Parameters: { Suffix: { Type: 'String', AllowedPattern: '[a-z]+' } },
  Resources: {
    Dead: { Type: 'AWS::SQS::Queue' },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: { 'Fn::Sub': '${AWS::StackName}-${Suffix}' },
        VisibilityTimeout: seconds,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
      },
    },
  },
  Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] } }, Url: { Value: { Ref: 'Queue' } } },
})
const Parameters = [{ ParameterKey: 'Suffix', ParameterValue: 'jobs' }]
await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody: template(10), Parameters }))
await waitUntilStackCreateComplete(patience, { StackName })
const [stack] = (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks
const outputs = Object.fromEntries(stack.Outputs.map((output) => [output.OutputKey, output.OutputValue]))
assert.equal(outputs.Arn, `arn:aws:sqs:us-east-1:${identity.Account}:${StackName}-jobs`)
assert.ok(outputs.Url.endsWith(`/${identity.Account}/${StackName}-jobs`))

await cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: template(20), Parameters }))
await waitUntilStackUpdateComplete(patience, { StackName })
await assert.rejects(
  cloudformation.send(new UpdateStackCommand({ StackName, TemplateBody: template(20), Parameters })),
  (error) => error.name === 'ValidationError' && error.message === 'No updates are to be performed.',
)
const events = (await cloudformation.send(new DescribeStackEventsCommand({ StackName }))).StackEvents
const statuses = events.filter((event) => event.LogicalResourceId === 'Queue').map((event) => event.ResourceStatus)
assert.deepEqual(statuses.reverse().filter((status, at, all) => status !== all[at - 1]),
  ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'])

await cloudformation.send(new DeleteStackCommand({ StackName }))
await waitUntilStackDeleteComplete(patience, { StackName: stack.StackId })
await assert.rejects(cloudformation.send(new DescribeStacksCommand({ StackName })), (error) => error.name === 'ValidationError')
console.log('ok')
