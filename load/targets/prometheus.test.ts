import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { watchedBy } from './prometheus.ts'

/** Answers as Prometheus does: what one of the patterns fits has a value, all else has no series. */
async function prometheusThatKnows(values: readonly (readonly [RegExp, string])[], status = 200) {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://here').searchParams.get('query') ?? ''
    const result = values.filter(([pattern]) => pattern.test(query)).map(([, value]) => ({ metric: {}, value: [1, value] }))
    response.writeHead(status).end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('what Prometheus knows is seen; of what it does not know nothing is seen, which is no zero', async () => {
  using prometheus = await prometheusThatKnows([
    [/consumergroup=~/, '1234'],
    [/^sum\(kafka_consumergroup_lag\)/, '1300'],
    [/petrel_dead_letters/, '0'],
    [/^sum\(process_resident_memory_bytes/, '1500000000'],
    [/^sum\(max by \(endpoint\) \(petrel_inbox_rows\)\)$/, '160000'],
  ])
  expect(await watchedBy(prometheus.url)).toEqual({
    waitingForBilling: 1_234,
    waiting: 1_300,
    oldestSeconds: undefined,
    replicas: undefined,
    deadLetters: 0,
    memoryBytes: 1_500_000_000,
    inboxRows: 160_000,
  })
})

test('a Prometheus that refuses is an error that says what it was asked', async () => {
  using prometheus = await prometheusThatKnows([], 422)
  await expect(watchedBy(prometheus.url)).rejects.toThrow(/does not answer .*kafka_consumergroup_lag.*: 422/)
})
