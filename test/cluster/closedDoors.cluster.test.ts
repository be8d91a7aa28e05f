import { expect, test } from 'vitest'
import { kubectl } from './support/kubectl.ts'
import { ownNamespace } from './support/ownNamespace.ts'
import { sharedShop } from './support/oneShop.ts'
import { imageOf, waitingPod } from './support/waitingPod.ts'

const ground = (server: string) => `${server}.petrel-ground.svc.cluster.local`

/** Who opens a connection, to whom, and whether there is an answer. */
const edges = [
  ['sales', ground('kafka'), 9092, true],
  ['sales', ground('registry'), 8080, true],
  ['sales', ground('postgres'), 5432, true],
  ['sales', 'payment-gateway', 8070, false],
  ['sales', 'client-ui', 8080, false],
  ['sales', ground('prometheus'), 9090, false],
  ['sales', 'kubernetes.default.svc.cluster.local', 443, false],
  ['billing', 'payment-gateway', 8070, true],
  ['billing', 'mailbox', 1025, false],
  ['email', 'mailbox', 1025, true],
  ['email', 'payment-gateway', 8070, false],
  ['payment-gateway', ground('kafka'), 9092, false],
  ['mailbox', ground('postgres'), 5432, false],
  ['console', ground('kafka'), 9092, true],
  ['console', ground('registry'), 8080, true],
  ['console', ground('postgres'), 5432, true],
  ['console', 'payment-gateway', 8070, true],
  ['console', 'client-ui', 8080, false],
  ['client-ui', 'console', 8090, false],
] as const

test.each(edges)('a pod of %s that asks %s at port %i: an answer, %s', async (from, to, port, expected) => {
  const shop = sharedShop()
  const host = to.includes('.') ? to : shop.named(to)
  expect(await answers(shop.namespace, `deployment/${shop.named(from)}`, host, port)).toBe(expected)
})

test('a stranger reaches the page, and nothing else of the shop', async () => {
  const shop = sharedShop()
  await using namespace = await ownNamespace('stranger')
  // The ground lets in only who comes from a namespace with this label.
  await kubectl(['label', 'namespace', namespace.name, 'petrel-ground-'])
  await waitingPod(namespace.name, 'stranger', await imageOf(shop.namespace, 'sales'))
  const reaches = (host: string, port: number) => answers(namespace.name, 'pod/stranger', host, port)
  const service = (name: string) => `${shop.named(name)}.${shop.namespace}.svc.cluster.local`
  expect(await reaches(service('client-ui'), 8080)).toBe(true)
  expect(await reaches(service('payment-gateway'), 8070)).toBe(false)
  expect(await reaches(service('loyalty'), 8060)).toBe(false)
  expect(await reaches(service('console'), 8090)).toBe(false)
  expect(await reaches(await addressOf(shop.namespace, 'sales'), 8090)).toBe(false)
  expect(await reaches(ground('kafka'), 9092)).toBe(false)
  expect(await reaches(ground('postgres'), 5432)).toBe(false)
})

/** Whether a connection comes about; one that a policy keeps out is not even refused. */
async function answers(namespace: string, pod: string, host: string, port: number): Promise<boolean> {
  const script = `const socket = require('node:net').connect(${port}, '${host}')
    const end = (answer) => { console.log(answer); process.exit() }
    socket.on('connect', () => end('yes')).on('error', (error) => end(error.code))
    setTimeout(() => end('silence'), 3_000)`
  const answer = (await kubectl(['exec', '-n', namespace, pod, '--', 'node', '-e', script])).trim()
  if (answer !== 'yes' && answer !== 'silence') throw new Error(`${pod} asked ${host}:${port}: ${answer}`)
  return answer === 'yes'
}

const addressOf = (namespace: string, service: string) =>
  kubectl(['get', 'pods', '-n', namespace, '-l', `app.kubernetes.io/name=${service}`, '-o', 'jsonpath={.items[0].status.podIP}'])
