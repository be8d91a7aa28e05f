import { type Audit, auditSchema, auditTopic, type Registry } from '@petrel/messaging/operations'
import { compile } from '../../../../packages/messaging/src/avro/compile.ts'
import { wireWriter } from '../../../../packages/messaging/src/codec/wire.ts'
import type { Console } from '../console.ts'

const schema = compile(auditSchema)
const write = wireWriter()

/** Appends audits to the topics of their endpoints, as the endpoints do. The topics are there. */
export async function tellAudits({ context: { broker, registry, prefix } }: Console, audits: readonly Audit[]): Promise<void> {
  const recordOf = await auditRecords(registry, prefix, [...new Set(audits.map(({ endpoint }) => endpoint))])
  await broker.publish(audits.map(recordOf))
}

/** Registers the schema for endpoints. @returns what makes records of their audits */
export async function auditRecords(registry: Registry, prefix: string, endpoints: readonly string[]) {
  const ids = new Map<string, number>()
  for (const endpoint of endpoints)
    ids.set(endpoint, await registry.register(`${prefix}${auditTopic(endpoint)}-value`, auditSchema))
  return (audit: Audit) => ({
    topic: prefix + auditTopic(audit.endpoint),
    key: audit.instance,
    value: write(ids.get(audit.endpoint) ?? 0, schema, withDates(audit)),
    headers: {},
  })
}

const withDates = ({ at, messages, heartbeat, ...audit }: Audit) => ({
  ...audit,
  at: new Date(at),
  messages: messages.map(({ sentAt, startedAt, sagaStep, ...entry }) => ({
    ...entry,
    sagaStep: sagaStep && {
      ...sagaStep,
      timeouts: sagaStep.timeouts.map(({ dueAt, ...timeout }) => ({ ...timeout, dueAt: new Date(dueAt) })),
    },
    sentAt: new Date(sentAt),
    startedAt: new Date(startedAt),
  })),
  heartbeat: heartbeat && { ...heartbeat, startedAt: new Date(heartbeat.startedAt) },
})
