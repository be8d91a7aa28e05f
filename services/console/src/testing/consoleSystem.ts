import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { auditSchema, type Broker, deployAll, kafkajsBroker } from '@petrel/messaging/operations'
import { testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import type { RunningService } from '../../../../test/support/processes.ts'
import { type Console, startConsole } from '../console.ts'
import { settingsSchema } from '../settings.ts'
import { auditRecord, billing, deadLetter, messageRecord, sales, type TestMessage } from './failingEndpoint.ts'

export interface ConsoleApi {
  /** `GET`; the JSON of an answer that is 200. */
  get<T>(this: void, path: string): Promise<T>
  /** Sends JSON as the page does. */
  send(method: 'POST' | 'PUT', path: string, body: object): Promise<Response>
}

/** A console of a test's own, beside an endpoint `billing` of which only the topics are there. */
export interface ConsoleSystem extends ConsoleApi, AsyncDisposable {
  readonly system: TestSystem
  readonly console: Console
  readonly prefix: string
  /** Messages that an endpoint gives up. */
  fail(messages: readonly TestMessage[], error?: Error): Promise<void>
  /** Billing handled these, which were sent back. */
  confirm(handled: Parameters<typeof auditRecord>[2]): Promise<void>
  /** Another console beside it, as a process. @returns it, and how to reach its API */
  startProcess(): Promise<{ readonly process: RunningService; readonly api: ConsoleApi; readonly url: string }>
  /** A broker that works when the console is closed. */
  withBroker<T>(this: void, work: (broker: Broker) => Promise<T>): Promise<T>
}

export async function consoleSystem(overrides: Readonly<Record<string, string>> = {}): Promise<ConsoleSystem> {
  const system = await testSystem()
  const env = { ...(await system.env('console')), CONSOLE_PORT: '0', ...overrides }
  const settings = settingsSchema.parse(env)
  const console = await startConsole({ settings, log: silentLog, registry: processRegistry('console'), lookEveryMs: 200 })
  const { prefix } = system
  const { broker, registry } = console.context
  await deployAll([{ endpoint: sales }, { endpoint: billing }], { admin: broker.admin, registry, prefix })
  const schemaId = await registry.register(`${prefix}billing.audit-value`, auditSchema)
  let number = 0

  return {
    system,
    console,
    prefix,
    ...(await apiOf(console.url)),
    async startProcess() {
      const process = await system.startService('console', { CONSOLE_PORT: '0', ...overrides })
      const { url } = await process.logged(({ event }) => event === 'open')
      return { process, api: await apiOf(String(url)), url: String(url) }
    },
    async withBroker(work) {
      const own = kafkajsBroker({ ...settings.kafka, clientId: 'test', log: silentLog })
      try {
        return await work(own)
      } finally {
        await own.close()
      }
    },
    async fail(messages, error) {
      const records = messages.map((message) => deadLetter(prefix, messageRecord(prefix, (number += 1), message), error, message))
      await broker.publish(records)
    },
    confirm: (handled) => broker.publish([auditRecord(prefix, schemaId, handled)]),
    async [Symbol.asyncDispose]() {
      await console.close()
      await system.cleanup()
    },
  }
}

async function apiOf(url: string): Promise<ConsoleApi> {
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(url + path)
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const { access } = await get<{ access: { csrf: string } }>('/api/summary')
  return {
    get,
    send(method, path, body) {
      const headers = { 'content-type': 'application/json', 'x-petrel-csrf': access.csrf }
      const request: RequestInit = { method, headers, body: JSON.stringify(body) }
      return fetch(url + path, request)
    },
  }
}
