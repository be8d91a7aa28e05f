import { existsSync } from 'node:fs'
import type { KafkaConnection } from '@petrel/messaging/connections'
import { BrokerUnavailable, kafkajsBroker, listFailures, replay, silentLog } from '@petrel/messaging/operations'
import { operator } from '../../../packages/cli/src/operator.ts'
import { replaySentences } from '../../../packages/cli/src/replayFailures.ts'
import { faultFile } from '../folders.ts'
import type { SystemState } from '../processes/systemState.ts'
import type { ServiceAction } from './controlServer.ts'

/** The services that the lessons of the README break: one is stopped, one gets a bug. */
const lessonServices = ['billing', 'sales'] as const

/** What the page shows of a service in its "Break it" strip. */
export interface LessonService {
  readonly name: string
  readonly isRunning: boolean
  readonly isBroken: boolean
  /** Messages that wait for a person; null when that cannot be read now. */
  readonly failed: number | null
}

export interface Lessons {
  readonly services: () => Promise<readonly LessonService[]>
  /** Sends back what failed in a service, as `petrel replay` does. */
  readonly replay: ServiceAction
  readonly close: () => Promise<void>
}

/** What the "Break it" strip needs beside the actions: how the services are, and what failed in them. */
export function lessonsOf(state: SystemState, kafka: KafkaConnection, prefix = ''): Lessons {
  const broker = kafkajsBroker({ ...kafka, clientId: 'lessons', log: silentLog })
  const serviceNow = async (name: string): Promise<LessonService> => ({
    name,
    isRunning: state.parts().some((part) => part.name === name && part.state === 'up'),
    isBroken: existsSync(faultFile(name)),
    failed: await listFailures({ admin: broker.admin, prefix }, name).then(({ length }) => length, unknownWithoutBroker),
  })
  return {
    services: () => Promise.all(lessonServices.map(serviceNow)),
    async replay(endpoint) {
      const report = await replay({ endpoint, by: operator(process.env) }, { broker, prefix })
      return replaySentences(endpoint, report).join(' ')
    },
    close: () => broker.close(),
  }
}

function unknownWithoutBroker(error: unknown): null {
  if (error instanceof BrokerUnavailable) return null
  throw error
}
