import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { petrel as run } from './petrel.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'petrel-topology-'))
  await file('package.json', JSON.stringify({ name: 'small', version: '1.2.3', description: 'A small shop.' }))
  await file('README.md', '# Small\n<!-- petrel topology: diagram -->\n<!-- petrel topology: end -->\n')
  await file('charts/shop/global.yaml', 'global: {}\n')
  const parts = ['sales', 'bank', 'billing'].map((alias) => ({ name: 'subscriber', alias }))
  await file('charts/shop/Chart.yaml', JSON.stringify({ name: 'shop', dependencies: parts }))
  await file('services/alone/values.yaml', 'replicas: 2\n')
  await service('sales', { produces: [orderPlaced] })
  await service('billing', { handlers: [{ handles: orderPlaced }] })
  await file('services/billing/values.yaml', "# Ours.\nimage: { repository: 'a/b' }\n")
  await file('services/bank/values.yaml', 'replicas: 1\n')
})
afterEach(() => rm(root, { recursive: true }))

const orderPlaced = {
  kind: 'event',
  fullName: 'sales.OrderPlaced',
  owner: 'sales',
  topic: 'sales.order-placed',
  key: 'orderId',
  schema: {
    type: 'record',
    name: 'OrderPlaced',
    namespace: 'sales',
    doc: 'Placed.',
    fields: [{ name: 'orderId', doc: 'Which.', type: 'string' }],
  },
}

async function file(path: string, content: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), content)
}

/** An endpoint as data: a project outside of this one cannot import the library here. */
async function service(name: string, more: object): Promise<void> {
  const recoverability = { immediate: 2, delayed: ['2s'], unrecoverable: [], outageGuard: 25 }
  const nothing = { handlers: [], sagas: [], produces: [] }
  const endpoint = { name, ...nothing, recoverability, concurrency: 16, handlerTimeLimit: '30s', partitions: 6, from: 'earliest' }
  await file(`services/${name}/src/endpoint.ts`, `export const it = ${JSON.stringify({ ...endpoint, ...more })}\n`)
}

/** There is no Kafka in its environment. */
async function petrel(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const output = Promise.all([text(stdout), text(stderr)])
  const code = await run(args, { env: {}, cwd: root, stdout, stderr })
  stdout.end()
  stderr.end()
  const [out, err] = await output
  return { code, out, err }
}

const read = (path: string) => readFile(join(root, path), 'utf8')

test('one command writes all that follows from the endpoints, and again it changes nothing', async () => {
  expect(await petrel('topology')).toEqual({
    code: 0,
    err: '',
    out: [
      'docs/messages.md',
      'docs/asyncapi.json',
      'k8s/production/topics.yaml',
      'services/billing/values.yaml',
      'services/sales/values.yaml',
      'README.md',
      'charts/shop/values.yaml',
    ]
      .map((path) => `wrote ${path}\n`)
      .join(''),
  })
  expect(await petrel('topology')).toMatchObject({ code: 0, out: 'Everything is as the endpoints say.\n' })
  expect(await petrel('topology', '--check')).toMatchObject({ code: 0, out: 'Everything is as the endpoints say.\n' })
})

test('values of a service keep what people wrote, and those of the shop have them all, but for a service that is no part of it', async () => {
  await petrel('topology')
  expect(await read('services/billing/values.yaml')).toBe(`# Ours.
image: { repository: 'a/b' }
endpoint:
  name: billing
  partitions: 6
  topics:
    - sales.order-placed
  group: billing
  handlerTimeLimitSeconds: 30
  deployOrder: 1
`)
  const shop = parse(await read('charts/shop/values.yaml')) as object
  expect(Object.keys(shop)).toEqual(['global', 'bank', 'billing', 'sales'])
  expect(shop).toMatchObject({
    global: {},
    bank: { replicas: 1 },
    billing: { image: { repository: 'a/b' }, endpoint: { deployOrder: 1 } },
    sales: { endpoint: { name: 'sales', topics: [], deployOrder: 0 } },
  })
  expect(await read('README.md')).toContain('\n  sales -->|OrderPlaced| billing\n')
})

test('a check fails when a file is stale or missing, names it, and leaves it as it is', async () => {
  await petrel('topology')
  const byHand = `${await read('docs/messages.md')}By hand.\n`
  await file('docs/messages.md', byHand)
  await file(
    'services/billing/values.yaml',
    (await read('services/billing/values.yaml')).replace('partitions: 6', 'partitions: 12'),
  )
  await rm(join(root, 'docs/asyncapi.json'))
  expect(await petrel('topology', '--check')).toMatchObject({
    code: 1,
    out: [
      'docs/messages.md is not what the endpoints say.',
      'docs/asyncapi.json is not what the endpoints say.',
      'services/billing/values.yaml is not what the endpoints say.',
      'Run npx petrel topology, and commit what it writes.\n',
    ].join('\n'),
  })
  expect(await read('docs/messages.md')).toBe(byHand)
})

test('where a Kafka is among the manifests its users are, too, with what their programs may do; a stale one is found', async () => {
  await file(
    'k8s/production/kafka.yaml',
    'kind: Kafka\nmetadata: { name: main, namespace: kafka }\nspec: { entityOperator: { userOperator: { watchedNamespace: shop } } }\n',
  )
  await file('services/watcher/src/program.ts', "export const watcher = { name: 'watcher', role: 'watches' }\n")
  await petrel('topology')
  const users = parseAllDocuments(await read('k8s/production/users.yaml')).map((document) => document.toJS() as unknown)
  expect(users).toMatchObject(
    ['billing', 'sales', 'watcher', 'petrel'].map((name) => ({
      metadata: { name, namespace: 'shop', labels: { 'strimzi.io/cluster': 'main' } },
    })),
  )
  await file('k8s/production/users.yaml', 'by hand\n')
  expect(await petrel('topology', '--check')).toMatchObject({
    code: 1,
    out: expect.stringContaining('k8s/production/users.yaml is not what the endpoints say.') as string,
  })
})

test('as JSON it is printed, with the schemas, and nothing is written', async () => {
  const { code, out } = await petrel('topology', '--json')
  const { endpoints, messages } = JSON.parse(out) as { endpoints: { name: string }[]; messages: object[] }
  expect([code, endpoints.map(({ name }) => name)]).toEqual([0, ['sales', 'billing']])
  expect(messages).toMatchObject([
    { name: 'sales.OrderPlaced', kind: 'event', sentBy: ['sales'], heardBy: ['billing'], schema: { doc: 'Placed.' } },
  ])
  await expect(read('docs/messages.md')).rejects.toThrow('ENOENT')
})

test('services that wait for each other are named, and nothing is written', async () => {
  const billed = { ...orderPlaced, fullName: 'billing.OrderBilled', owner: 'billing', topic: 'billing.order-billed' }
  await service('sales', { produces: [orderPlaced], handlers: [{ handles: billed }] })
  await service('billing', { produces: [billed], handlers: [{ handles: orderPlaced }] })
  const { code, err } = await petrel('topology')
  expect(code).toBe(1)
  expect(err).toMatch(
    /^"billing" subscribes to "sales" subscribes to "billing": alone, none of them can be deployed first\. .*\.\n$/,
  )
  await expect(read('docs/messages.md')).rejects.toThrow('ENOENT')
})
