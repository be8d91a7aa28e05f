import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { auditSchema, deployAll } from '@petrel/messaging/operations'
import { testSystem, type TestSystem } from '../../../../test/support/stack.ts'
import { type Console, startConsole } from '../console.ts'
import { settingsSchema } from '../settings.ts'
import { auditRecord, billing, deadLetter, messageRecord, sales, type TestMessage } from './failingEndpoint.ts'

/** A console of a test's own, beside an endpoint `billing` of which only the topics are there. */
export interface ConsoleSystem extends AsyncDisposable {
  readonly system: TestSystem
  readonly console: Console
  readonly prefix: string
  /** `GET`; the JSON of an answer that is 200. */
  get<T>(path: string): Promise<T>
  /** Sends JSON as the page does. */
  send(method: 'POST' | 'PUT', path: string, body: object): Promise<Response>
  /** Messages that billing gives up. */
  fail(messages: readonly TestMessage[], error?: Error): Promise<void>
  /** Billing handled these, which were sent back. */
  confirm(handled: Parameters<typeof auditRecord>[2]): Promise<void>
  /** The settings of another console beside it. */
  env(): Promise<Record<string, string>>
}

export async function consoleSystem(overrides: Readonly<Record<string, string>> = {}): Promise<ConsoleSystem> {
  const system = await testSystem()
  const env = async () => ({ ...(await system.env('console')), CONSOLE_PORT: '0', LOG_LEVEL: 'silent', ...overrides })
  const settings = settingsSchema.parse(await env())
  const console = await startConsole({ settings, log: silentLog, registry: processRegistry('console'), lookEveryMs: 200 })
  const { prefix } = system
  const { broker, registry } = console.context
  await deployAll([{ endpoint: sales }, { endpoint: billing }], { admin: broker.admin, registry, prefix })
  const schemaId = await registry.register(`${prefix}billing.audit-value`, auditSchema)
  let number = 0

  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(console.url + path)
    if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const csrf = (await get<{ access: { csrf: string } }>('/api/summary')).access.csrf
  return {
    system,
    console,
    prefix,
    get,
    send(method, path, body) {
      const headers = { 'content-type': 'application/json', 'x-petrel-csrf': csrf }
      const request: RequestInit = { method, headers, body: JSON.stringify(body) }
      return fetch(console.url + path, request)
    },
    async fail(messages, error) {
      const records = messages.map((message) => deadLetter(prefix, messageRecord(prefix, (number += 1), message), error))
      await broker.publish(records)
    },
    confirm: (handled) => broker.publish([auditRecord(prefix, schemaId, handled)]),
    env,
    async [Symbol.asyncDispose]() {
      await console.close()
      await system.cleanup()
    },
  }
}
