// Runs in a pod: places COUNT orders at the page, RATE a second, whether the page keeps up or not, and prints what became of
// the requests. Every order has a key of its own and is sent once: a request that fails is counted as failed.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

const { PAGE = '', RATE = '20', COUNT = '100', CUSTOMERS = '100', QUANTITY = '2' } = process.env
const began = Date.now()
const latencies = []
const failures = {}
let accepted = 0

await Promise.all(Array.from({ length: Number(COUNT) }, (_, number) => placeWhenDue(number)))

latencies.sort((one, other) => one - other)
const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
const seconds = (Date.now() - began) / 1000
console.log(JSON.stringify({ accepted, failures, seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) }))

async function placeWhenDue(number) {
  const due = began + (number * 1000) / Number(RATE)
  await sleep(Math.max(0, due - Date.now()))
  try {
    const response = await fetch(`${PAGE}/api/orders`, request(number))
    const text = await response.text()
    if (response.status === 202) accepted += 1
    else count(`${response.status} ${text.slice(0, 200)}`)
  } catch (error) {
    count(String(error?.cause?.message ?? error))
  }
  latencies.push(Date.now() - due)
}

function request(number) {
  const customerId = `customer-${number % Number(CUSTOMERS)}`
  const order = { customerId, email: `${customerId}@example.org`, lines: [{ sku: 'green-tea', quantity: Number(QUANTITY) }] }
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
  return { method: 'POST', headers, body: JSON.stringify(order), signal: AbortSignal.timeout(20_000) }
}

function count(failure) {
  failures[failure] = (failures[failure] ?? 0) + 1
}
