import { type Audit, auditSchema, auditTopic } from '@petrel/messaging/operations'
import { compile } from '../../../../packages/messaging/src/avro/compile.ts'
import { wireWriter } from '../../../../packages/messaging/src/codec/wire.ts'
import type { Console } from '../console.ts'

const schema = compile(auditSchema)
const write = wireWriter()

/** Appends audits to the topics of their endpoints, as the endpoints do. The topics are there. */
export async function tellAudits({ context: { broker, registry, prefix } }: Console, audits: readonly Audit[]): Promise<void> {
  const records = await Promise.all(
    audits.map(async (audit) => {
      const topic = prefix + auditTopic(audit.endpoint)
      const schemaId = await registry.register(`${topic}-value`, auditSchema)
      return { topic, key: audit.instance, value: write(schemaId, schema, withDates(audit)), headers: {} }
    }),
  )
  await broker.publish(records)
}

const withDates = ({ at, messages, heartbeat, ...audit }: Audit) => ({
  ...audit,
  at: new Date(at),
  messages: messages.map(({ sentAt, startedAt, ...entry }) => ({
    ...entry,
    sentAt: new Date(sentAt),
    startedAt: new Date(startedAt),
  })),
  heartbeat: heartbeat && { ...heartbeat, startedAt: new Date(heartbeat.startedAt) },
})
