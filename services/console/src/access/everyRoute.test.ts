import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog } from '@petrel/messaging'
import { processRegistry } from '@petrel/messaging/metrics'
import { avroCodec } from '@petrel/messaging/operations'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { memoryBroker } from '../../../../packages/messaging/src/broker/memory.ts'
import { memoryRegistry } from '../../../../packages/messaging/src/registry/memory.ts'
import { consoleApp } from '../http/app.ts'
import { readPage } from '../http/page.ts'
import { consoleMetrics } from '../metrics.ts'
import { partsOf } from '../parts.ts'
import { settingsSchema } from '../settings.ts'
import { csrfHeader, type Role } from './access.ts'
import { chooseAccess } from './chooseAccess.ts'
import { sealWith } from './sealed.ts'
import { neededSettings } from './testing/guarded.ts'
import { listen } from './testing/loginProvider.ts'

// The whole API, behind a login, without anything behind it: whoever is let through gets 503 or another answer of the route.

const secret = 'the secret of a test that is longer than 32 characters'
const server = createServer()
// Nobody listens there.
const pool = new Pool({ connectionString: 'postgres://127.0.0.1:1/nothing' })
let url: string
beforeAll(async () => {
  url = await listen(server)
  const settings = settingsSchema.parse({
    ...neededSettings,
    CONSOLE_URL: url,
    CONSOLE_OIDC_ISSUER: 'https://login.example.org',
    CONSOLE_OIDC_CLIENT_ID: 'petrel',
    CONSOLE_SESSION_SECRET: secret,
    CONSOLE_ACTIONS_PER_MINUTE: '100000',
    FAULT_TOPIC: 'faults',
    LOCAL_CONTROL_URL: 'http://127.0.0.1:1',
    PAYMENT_GATEWAY_URL: 'http://127.0.0.1:1',
  })
  const registry = memoryRegistry()
  const context = {
    settings,
    prefix: '',
    instance: 'test',
    pool,
    broker: memoryBroker(),
    registry,
    codec: avroCodec({ registry }),
    hub: { listen: () => () => undefined, tell: () => undefined, onClose: () => () => undefined, close: async () => undefined },
    access: chooseAccess(settings, silentLog),
    metrics: consoleMetrics(processRegistry('console'), async () => []),
    log: silentLog,
  }
  const answer = consoleApp({ context, parts: partsOf(context), page: await readPage() }).callback()
  server.on('request', (request, response) => void answer(request, response))
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await pool.end()
})

async function statusAs(role: Role | undefined, method: string, path: string): Promise<number> {
  const session = { user: 'ada', role, csrf: 'token', until: Date.now() + 60_000 }
  const cookie = role === undefined ? '' : `petrel=${await sealWith([secret]).close(session, 'session', 60)}`
  const headers = { cookie, 'content-type': 'application/json', [csrfHeader]: 'token', accept: 'application/json' }
  const answer = await fetch(url + path, { method, headers, ...(method !== 'GET' && { body: '{}' }) })
  await answer.body?.cancel()
  return answer.status
}

const document = parse(await readFile(join(import.meta.dirname, '../../openapi.yaml'), 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string }>>
}
const id = '11111111-1111-4111-8111-111111111111'
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId }]): [string, string, string] => [
    operationId,
    method.toUpperCase(),
    path.replaceAll(/\{\w+\}/g, id),
  ]),
)
const needed: Readonly<Record<string, Role>> = { getEditable: 'operator', erase: 'admin' }
const roleFor = (operation: string, method: string): Role => needed[operation] ?? (method === 'GET' ? 'reader' : 'operator')
const lesser: Readonly<Record<Role, Role | undefined>> = { reader: undefined, operator: 'reader', admin: 'operator' }

describe('every address of the API', () => {
  test.for(operations)('%s is for whom it is for', async ([operation, method, path]) => {
    const role = roleFor(operation, method)
    expect(await statusAs(undefined, method, path)).toBe(401)
    if (lesser[role] !== undefined) expect(await statusAs(lesser[role], method, path)).toBe(403)
    expect([401, 403]).not.toContain(await statusAs(role, method, path))
  })

  test('and what is personal in a message is for operators', async () => {
    const path = `/api/failures/${id}?unmasked=true`
    expect(await statusAs('reader', 'GET', path)).toBe(403)
    expect([401, 403]).not.toContain(await statusAs('operator', 'GET', path))
  })
})

test('whatever is answered, a browser runs nothing but our scripts, and shows us in no frame', async () => {
  for (const path of ['/', '/js/main.js', '/api/summary', '/api/nothing', '/auth/signed-out']) {
    const answer = await fetch(url + path, { redirect: 'manual' })
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'")])
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|data:.*script/)
    expect([path, answer.headers.get('x-content-type-options')]).toEqual([path, 'nosniff'])
    await answer.body?.cancel()
  }
})
