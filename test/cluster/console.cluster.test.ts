import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { kubectl } from './support/kubectl.ts'
import { sharedShop } from './support/oneShop.ts'

const shop = sharedShop()
const fault = 'The price list is upside down'

interface Group {
  readonly id: string
  readonly endpoint: string
  readonly count: number
  readonly errorMessage: string
}

/** Asks the console in its own pod, as `kubectl port-forward` does: it listens to nobody else. */
async function ask<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T> {
  const script = `
    const at = (path) => 'http://127.0.0.1:8090' + path
    const { access } = await (await fetch(at('/api/summary'))).json()
    const headers = { 'content-type': 'application/json', 'x-petrel-csrf': access.csrf }
    const { METHOD: method, ASKED, BODY: body } = process.env
    const response = await fetch(at(ASKED), { method, ...(body && { headers, body }) })
    console.log(JSON.stringify({ status: response.status, answer: await response.json() }))`
  const env = ['env', `METHOD=${method}`, `ASKED=${path}`, `BODY=${body === undefined ? '' : JSON.stringify(body)}`]
  const pod = `deployment/${shop.named('console')}`
  const said = await kubectl(['exec', '-i', '-n', shop.namespace, pod, '--', ...env, 'node', '--input-type=module', '-'], {
    input: script,
  })
  const { status, answer } = JSON.parse(said) as { status: number; answer: T }
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`)
  return answer
}

const logs = (service: string) =>
  kubectl(['logs', '-n', shop.namespace, '-l', `app.kubernetes.io/name=${service}`, '--tail=-1', '--prefix'])
const replicasThat = async (event: string) =>
  new Set(
    (await logs('sales'))
      .split('\n')
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => line.split(' ')[0]),
  ).size

test('a fault that the console switches on reaches all replicas and those that come later; mended, all that failed is sent back once', async () => {
  const { namespace } = shop
  const before = await shop.books()
  await kubectl([
    'annotate',
    'scaledobject',
    shop.named('sales'),
    '-n',
    namespace,
    'autoscaling.keda.sh/paused-replicas=2',
    '--overwrite',
  ])
  try {
    await kubectl([
      'wait',
      '-n',
      namespace,
      `deployment/${shop.named('sales')}`,
      '--for=jsonpath={.status.readyReplicas}=2',
      '--timeout=120s',
    ])
    expect(await ask('GET', '/api/summary')).toMatchObject({ breakIt: true, unresolved: 0 })
    await ask('PUT', '/api/faults/sales', { fault })
    await eventually(async () => expect(await replicasThat('broken')).toBe(2), { withinMs: 60_000, everyMs: 1_000 })
    await kubectl(['rollout', 'restart', '-n', namespace, `deployment/${shop.named('sales')}`])
    await kubectl(['rollout', 'status', '-n', namespace, `deployment/${shop.named('sales')}`, '--timeout=180s'])

    const { accepted, failures } = await shop.place({ count: 5, rate: 5 })
    expect(failures).toEqual({})
    const group = await eventually(
      async () => {
        const { items } = await ask<{ items: Group[] }>('GET', '/api/groups?state=unresolved')
        expect(items).toMatchObject([{ endpoint: 'sales', count: accepted, errorMessage: fault }])
        return items[0] as Group
      },
      { withinMs: 120_000, everyMs: 1_000 },
    )
    await ask('PUT', '/api/faults/sales', { fault: null })
    await eventually(async () => expect(await replicasThat('mended')).toBe(2), { withinMs: 60_000, everyMs: 1_000 })
    await ask('POST', '/api/replays', { group: group.id, by: 'error' })
    await shop.expectBooksExact(before.sold + accepted)
    await eventually(async () => expect(await ask('GET', '/api/summary')).toMatchObject({ unresolved: 0 }), { withinMs: 60_000 })
  } finally {
    await ask('PUT', '/api/faults/sales', { fault: null })
    await kubectl(['annotate', 'scaledobject', shop.named('sales'), '-n', namespace, 'autoscaling.keda.sh/paused-replicas-'])
  }
})
