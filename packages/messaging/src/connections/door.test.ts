import { beforeEach, expect, test } from 'vitest'
import { door } from './door.ts'
import { NotLetIn } from './notLetIn.ts'

let [now, password] = [0, 'wrong']
let said: string[] = []
beforeEach(() => {
  ;[now, password, said] = [0, 'wrong', []]
})

const kafka = () =>
  door({
    server: 'Kafka',
    credentials: [{ variable: 'KAFKA_SASL_PASSWORD_FILE', read: () => password }],
    log: { info: (_, text) => said.push(text), error: (_, text) => said.push(text) },
    now: () => now,
  })

test('a refusal is said once, whoever hears it, and once more when it is over', () => {
  const ours = kafka()
  ours.refused('kafka-1:9092', 'wrong password.')
  ours.refused('kafka-2:9092', 'wrong password.')
  expect(said).toEqual([expect.stringMatching(/^Kafka does not let us in: wrong password\. /)])
  ours.opened('kafka-1:9092')
  ours.opened('kafka-2:9092')
  expect(said.slice(1)).toEqual(['Kafka lets us in again'])
})

test('the same credentials are shown again after a pause that grows up to a minute', () => {
  const ours = kafka()
  const pauses: number[] = []
  for (let tries = 0; tries < 7; tries += 1) {
    ours.refused('kafka:9092', 'wrong password.')
    const refusedAt = now
    expect(() => ours.knock('kafka:9092')).toThrow(NotLetIn)
    while (isClosed(() => ours.knock('kafka:9092'))) now += 1_000
    pauses.push((now - refusedAt) / 1_000)
  }
  expect(pauses).toEqual([5, 10, 20, 40, 60, 60, 60])
})

const isClosed = (knock: () => void): boolean => {
  try {
    knock()
    return false
  } catch {
    return true
  }
}

test('other credentials are shown at once', () => {
  const ours = kafka()
  ours.refused('kafka:9092', 'wrong password.')
  password = 'right'
  expect(() => ours.knock('kafka:9092')).not.toThrow()
})

test('a broker that refuses does not close the doors of the others', () => {
  const ours = kafka()
  ours.refused('kafka-1:9092', 'its certificate has expired.')
  expect(() => ours.knock('kafka-2:9092')).not.toThrow()
})

test('a broker that has refused and is gone closes no door for ever', () => {
  const ours = kafka()
  ours.refused('kafka-1:9092', 'its certificate has expired.')
  now += 10 * 60_000
  const error = new Error('connect ECONNREFUSED')
  expect(ours.reasonOf(error)).toBe(error)
  ours.opened('kafka-2:9092')
  expect(said.at(-1)).toBe('Kafka lets us in again')
})

test('what fails while we are refused, fails because of it', () => {
  const ours = kafka()
  const error = new Error('closed connection')
  expect(ours.reasonOf(error)).toBe(error)
  ours.refused('kafka:9092', 'wrong password.')
  expect(ours.reasonOf(error)).toEqual(expect.objectContaining({ name: 'NotLetIn', cause: error }))
})
