import { expect, test } from 'vitest'
import { circuitBreaker } from './circuitBreaker.ts'

/** A breaker with a clock in the test's hand. */
function breakerWithClock() {
  let now = 0
  const breaker = circuitBreaker(() => now)
  return {
    mayAsk: () => breaker.mayAsk(),
    record: (hasAnswered: boolean, times = 1) => {
      for (let time = 0; time < times; time += 1) breaker.record(hasAnswered)
    },
    wait: (ms: number) => {
      now += ms
    },
  }
}

test('a neighbour that answers now and then not is asked all the same', () => {
  const { mayAsk, record } = breakerWithClock()
  record(true, 30)
  record(false, 10)
  expect(mayAsk()).toBe(true)
})

test('one who gives no answer half of the time is left alone', () => {
  const { mayAsk, record } = breakerWithClock()
  record(true, 20)
  record(false, 20)
  expect(mayAsk()).toBe(false)
})

test('after a second one may try, and the others wait for what comes of it', () => {
  const { mayAsk, record, wait } = breakerWithClock()
  record(false, 20)
  wait(1_000)
  expect([mayAsk(), mayAsk()]).toEqual([true, false])
})

test('an answer to the one who tried lets everybody ask again', () => {
  const { mayAsk, record, wait } = breakerWithClock()
  record(false, 20)
  wait(1_000)
  mayAsk()
  record(true)
  expect([mayAsk(), mayAsk()]).toEqual([true, true])
})

test('no answer to the one who tried is another second of silence', () => {
  const { mayAsk, record, wait } = breakerWithClock()
  record(false, 20)
  wait(1_000)
  mayAsk()
  record(false)
  wait(999)
  expect(mayAsk()).toBe(false)
  wait(1)
  expect(mayAsk()).toBe(true)
})
