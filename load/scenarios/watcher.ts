import { sleep } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
import { Gauge, Trend } from 'k6/metrics'
import type { Watched } from '../targets.ts'
import { plan } from './plan.ts'

const waitingForBilling = new Trend('waiting_for_billing')
const waiting = new Trend('waiting')
const oldest = new Trend('oldest_seconds')
const replicas = new Trend('replicas')
const deadLetters = new Gauge('dead_letters')
const memory = new Gauge('memory_bytes')
const inboxRows = new Gauge('inbox_rows')

/** So often in a row nothing waits before it is believed: between two topics an order is nowhere for a moment. */
const timesInARow = 5

/** Looks once a second at what waits; goes home when the last customer has come and nothing waits any more, for a person neither. */
export function watcher(): void {
  let quiet = 0
  while (quiet < timesInARow) {
    sleep(1)
    const now = look()
    const isOver = exec.instance.currentTestRunDuration / 1000 > plan.customers.untilSecond
    quiet = isOver && now.waiting === 0 && (now.deadLetters ?? 0) === 0 ? quiet + 1 : 0
  }
}

function look(): Partial<Watched> {
  const response = http.get(`${plan.deskUrl}/watch`, { tags: { name: 'watch' } })
  if (response.status !== 200) return {}
  const now = response.json() as Partial<Watched>
  if (now.waitingForBilling !== undefined) waitingForBilling.add(now.waitingForBilling)
  if (now.waiting !== undefined) waiting.add(now.waiting)
  if (now.oldestSeconds !== undefined) oldest.add(now.oldestSeconds)
  if (now.replicas !== undefined) replicas.add(now.replicas)
  if (now.deadLetters !== undefined) deadLetters.add(now.deadLetters)
  if (now.memoryBytes !== undefined) memory.add(now.memoryBytes)
  if (now.inboxRows !== undefined) inboxRows.add(now.inboxRows)
  return now
}
