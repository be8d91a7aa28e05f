import type { BrokerAdmin } from '../broker/port.ts'
import { type TopicLimits, readTopicLimits } from '../engine/topicLimits.ts'
import type { Log } from '../log.ts'
import type { Plan } from '../operations/plan.ts'
import type { Registry } from '../registry/port.ts'
import type { AuditTrail } from './auditTrail.ts'
import { auditSchema } from './schema.ts'

export interface AuditGround {
  readonly plan: Pick<Plan, 'endpoint' | 'audit'>
  readonly admin: Pick<BrokerAdmin, 'maxMessageBytes'>
  readonly registry: Pick<Registry, 'idOf'>
  readonly log: Log
}

const lookEveryMs = 60_000

/**
 * Lets the audit begin when its topic and its schema are there. Where they are missing, because another version was deployed,
 * the endpoint runs without, and looks again from time to time.
 * @param limits of topics, as they were read at the start. @returns what ends the looking
 * @throws RegistryUnavailable at the first look
 */
export async function beginWhenDeployed(trail: AuditTrail, ground: AuditGround, limits: TopicLimits): Promise<() => void> {
  if (await begins(trail, ground, limits)) return () => {}
  const { plan, log } = ground
  log.warn(
    { topic: plan.audit.topic },
    `the audit topic or its schema is missing: messages are handled without, and the console does not see them. Run: petrel deploy ${plan.endpoint}`,
  )
  let timer = setTimeout(() => void look(), lookEveryMs).unref()
  let isOver = false

  async function look(): Promise<void> {
    try {
      const { topic } = plan.audit
      if (await begins(trail, ground, await readTopicLimits(ground.admin, [topic])))
        return log.info({ topic }, 'the audit begins: it is deployed now')
    } catch (error) {
      log.debug({ err: error }, 'cannot look for the audit topic')
    }
    if (!isOver) timer = setTimeout(() => void look(), lookEveryMs).unref()
  }
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

async function begins(trail: AuditTrail, { plan, registry }: AuditGround, limits: TopicLimits): Promise<boolean> {
  const { topic, subject } = plan.audit
  const schemaId = limits.has(topic) ? await registry.idOf(subject, auditSchema) : undefined
  if (schemaId === undefined) return false
  trail.begin(schemaId, limits.of(topic))
  return true
}
