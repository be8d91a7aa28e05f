import type { MessageDescriptor } from '../definition/message.ts'

// The schema belongs to the library, as the names of topics and headers do: every endpoint writes by it, and `deploy` registers
// it for each under `<audit topic>-value`. It changes as any schema does: by fields with defaults.

const time = { type: 'long', logicalType: 'timestamp-millis' }
const optional = (type: string) => ({ type: ['null', type], default: null })

export const outcomes = ['unknown', 'handled', 'retried', 'postponed', 'deadLettered', 'duplicate'] as const
export const sagaChanges = ['unknown', 'begun', 'changed', 'completed', 'ignored'] as const

const sagaStep = {
  type: 'record',
  name: 'SagaStep',
  doc: 'What a message has done to its saga.',
  fields: [
    {
      name: 'change',
      type: {
        type: 'enum',
        name: 'SagaChange',
        doc: 'begun: nothing of it had been saved before. ignored: it had not begun, or was complete. unknown is what an older reader makes of what was added later.',
        symbols: sagaChanges,
        default: 'unknown',
      },
    },
    {
      name: 'timeouts',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'SagaTimeout',
          fields: [
            { name: 'id', type: 'string', doc: 'ce_id of the message that comes then.' },
            { name: 'type', ...optional('string') },
            { name: 'dueAt', type: time },
          ],
        },
      },
      doc: 'Which it has requested.',
    },
  ],
} as const

const handled = {
  type: 'record',
  name: 'Handled',
  doc: 'What became of one delivery of a message.',
  fields: [
    { name: 'id', type: 'string', doc: 'ce_id; <topic>/<partition>/<offset> where the message has none.' },
    { name: 'source', type: 'string', doc: 'ce_source; the original topic where the message has none.' },
    { name: 'type', ...optional('string'), doc: 'ce_type.' },
    { name: 'conversationId', type: 'string' },
    { name: 'causationId', ...optional('string') },
    { name: 'traceId', ...optional('string') },
    { name: 'key', ...optional('string'), doc: 'The record key.' },
    { name: 'topic', type: 'string', doc: 'Where this delivery was read, with partition and offset.' },
    { name: 'partition', type: 'int' },
    { name: 'offset', type: 'long' },
    {
      name: 'originalTopic',
      ...optional('string'),
      doc: 'Where the message was first appended, with partition and offset; null when that is where it was read.',
    },
    { name: 'originalPartition', ...optional('int') },
    { name: 'originalOffset', ...optional('long') },
    { name: 'handler', ...optional('string') },
    { name: 'saga', ...optional('string') },
    { name: 'sagaId', ...optional('string') },
    {
      name: 'outcome',
      type: {
        type: 'enum',
        name: 'Outcome',
        doc: 'unknown is what an older reader makes of an outcome that was added later.',
        symbols: outcomes,
        default: 'unknown',
      },
    },
    { name: 'attempt', type: 'int', doc: 'Tries since it was sent or last replayed, the last one included.' },
    { name: 'errorType', ...optional('string') },
    { name: 'sentAt', type: time },
    { name: 'startedAt', type: time, doc: 'When the last try began.' },
    { name: 'durationUs', type: 'long', doc: 'What the last try took, in microseconds; of a batch handler an equal share.' },
    {
      name: 'replayOf',
      ...optional('string'),
      doc: '<dlt topic>/<partition>/<offset> of the dead letter that a person has sent back.',
    },
    { name: 'sagaStep', type: ['null', sagaStep], default: null, doc: 'Where a saga has handled it.' },
  ],
} as const

const heartbeat = {
  type: 'record',
  name: 'Heartbeat',
  doc: 'A process that runs the endpoint is there.',
  fields: [
    { name: 'startedAt', type: time },
    { name: 'everyMs', type: 'int', doc: 'When the next one is to be expected.' },
    { name: 'version', type: 'string' },
    { name: 'host', type: 'string' },
    { name: 'pid', type: 'int' },
    { name: 'ready', type: 'boolean', doc: 'Whether it is a member of its consumer groups.' },
    { name: 'outageGuard', type: 'boolean', doc: 'Whether it handles one message at a time.' },
    { name: 'stopping', type: 'boolean', doc: 'Its last one: it stops in order.' },
    { name: 'definition', ...optional('string'), doc: 'What the endpoint handles and produces, as JSON; now and then.' },
  ],
} as const

/** What an endpoint writes about its messages and its processes (docs/guides/audit.md). */
export const auditSchema = {
  type: 'record',
  name: 'Audit',
  namespace: 'petrel',
  doc: 'What became of the messages that an endpoint has handled together, or a sign of life of one of its processes.',
  fields: [
    { name: 'endpoint', type: 'string' },
    { name: 'instance', type: 'string', doc: 'A UUID for each start of a process.' },
    { name: 'at', type: time, doc: 'When this was written.' },
    { name: 'lane', ...optional('string') },
    { name: 'messages', type: { type: 'array', items: handled } },
    { name: 'heartbeat', type: ['null', heartbeat], default: null },
  ],
} as const

/** `ce_type` of audit records. */
export const auditTypeName = 'petrel.Audit'

/** What the codec must know of a type in order to read it. */
export const asReader = (schema: MessageDescriptor['schema']): MessageDescriptor => ({
  kind: 'event',
  fullName: auditTypeName,
  owner: 'petrel',
  topic: '',
  key: 'instance',
  schema,
})
