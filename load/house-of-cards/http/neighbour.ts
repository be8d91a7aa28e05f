import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask, type NoAnswer } from './ask.ts'
import { pauseMs } from './backOff.ts'
import { type CircuitBreaker, circuitBreaker } from './circuitBreaker.ts'
import { type Deadline, patienceHeader, patienceLeft } from './deadline.ts'
import { Refused } from './refused.ts'

export interface Question {
  readonly path: string
  readonly body: object
  /** Names what is asked for: asked again under the same key it is done once. */
  readonly key: string
  readonly deadline: Deadline
  /** Tries until the deadline, whatever others have tried: for what must be done, and nobody waits for. */
  readonly insists?: boolean
}

/** Somebody who is asked over HTTP. @throws Refused when there is no answer, however often it was asked */
export type Neighbour = (question: Question) => Promise<Answer>

export interface NeighbourOptions {
  /** Without keys each attempt is a request of its own, and may be done beside the one before. */
  readonly hasKeys: boolean
  /** How long one attempt may take; an attempt never takes longer than the customer waits. */
  readonly attemptMs: number
}

const connections = 256
const retries = 3

export function neighbourAt(url: string, { hasKeys, attemptMs }: NeighbourOptions): Neighbour {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'lifo' })
  const breaker = circuitBreaker()
  return async ({ path, body, key, deadline, insists = false }) => {
    const attempt = async () => {
      if (deadline.remainingMs() <= 0) return tooLate
      const headers = { 'idempotency-key': hasKeys ? key : randomUUID(), [patienceHeader]: patienceLeft(deadline) }
      const timeoutMs = Math.min(attemptMs, deadline.remainingMs())
      return through(breaker, () => ask(new URL(path, url), { body: JSON.stringify(body), headers, agent, timeoutMs }))
    }
    return untilAnswered(attempt, deadline, insists)
  }
}

/** Tries, and tries again after a pause, while it makes sense and somebody waits. */
async function untilAnswered(attempt: () => Promise<Answer | NoAnswer>, deadline: Deadline, insists: boolean): Promise<Answer> {
  let isNotDone = true
  for (let retry = 0; ; retry += 1) {
    const answer = await attempt()
    if (!('reason' in answer)) return answer
    isNotDone &&= answer.isNotDone
    const pause = pauseMs(retry, answer.retryAfterMs)
    const isEnough = !insists && (answer.isTried || retry >= retries)
    if (isEnough || pause >= deadline.remainingMs())
      throw new Refused(answer.reason, { status: answer.status === 504 ? 504 : 503, isNotDone, isTried: true })
    await sleep(pause)
  }
}

const notAsked = { isNotDone: true, isTried: false, retryAfterMs: 0 }
const open: NoAnswer = { reason: 'not asked: nobody answers there', status: 503, ...notAsked }
const tooLate: NoAnswer = { reason: 'not asked: nobody waits any more', status: 504, ...notAsked }

/** A busy neighbour has answered; one that gave no answer, or stumbled, has not. */
async function through(breaker: CircuitBreaker, attempt: () => Promise<Answer | NoAnswer>): Promise<Answer | NoAnswer> {
  if (!breaker.mayAsk()) return open
  const answer = await attempt()
  breaker.record(!('reason' in answer) || answer.status === 429 || answer.isTried)
  return answer
}
