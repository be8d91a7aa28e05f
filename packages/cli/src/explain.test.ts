import { BrokerUnavailable } from '@petrel/messaging/operations'
import { expect, test } from 'vitest'
import { explain } from './explain.ts'
import { Problem } from './problem.ts'

test('a broker that does not answer is one sentence with what to do', () => {
  const refused = new BrokerUnavailable('Could not list the topics: connect ECONNREFUSED 127.0.0.1:1', {
    cause: new Error('connect ECONNREFUSED 127.0.0.1:1'),
  })
  expect(explain(refused)).toBe(
    'Kafka does not answer: start it with npm start, or set KAFKA_BROKERS to where it runs. (Could not list the topics: connect ECONNREFUSED 127.0.0.1:1)',
  )
})

test("Kafka's own refusal is not taken for its absence", () => {
  const cause = Object.assign(new Error('not allowed'), { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const refusal = new BrokerUnavailable('Could not read sales.dlt: a topic may not be used by this user', { cause })
  expect(explain(refusal)).toBe('Could not read sales.dlt: a topic may not be used by this user')
})

test('what a person can mend is its sentence alone; a fault of the program has its stack', () => {
  expect(explain(new Problem('Where is Kafka?'))).toBe('Where is Kafka?')
  expect(explain(new TypeError('oops'))).toMatch(/^TypeError: oops\n +at /)
  expect(explain('thrown')).toBe('thrown')
})
