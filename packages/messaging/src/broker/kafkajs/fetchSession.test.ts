import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FetchToEncode } from './fetchRequest.ts'
import { type AnswerOfSession, type AskedOfSession, FetchSession } from './fetchSession.ts'

type Topics = FetchToEncode['topics']

/** What is fetched: the offset of each partition, by `topic/partition`. */
type Fetched = Record<string, string>

const fetchedOf = (topics: Topics): Fetched =>
  Object.fromEntries(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, fetchOffset }) => [`${topic}/${partition}`, fetchOffset]),
    ),
  )

/** Keeps sessions as Kafka does (`FetchManager.newContext` in its source). */
function aBroker() {
  const sessions = new Map<number, { epoch: number; fetched: Fetched }>()
  let lastId = 0
  return {
    restart: () => sessions.clear(),
    answer(asked: AskedOfSession, hasRoom = true): AnswerOfSession & { readonly fetched?: Fetched } {
      if (asked.sessionEpoch === 0) {
        sessions.delete(asked.sessionId)
        const fetched = fetchedOf(asked.topics)
        if (!hasRoom) return { errorCode: 0, sessionId: 0, fetched }
        sessions.set(++lastId, { epoch: 1, fetched })
        return { errorCode: 0, sessionId: lastId, fetched }
      }
      const session = sessions.get(asked.sessionId)
      if (session === undefined) return { errorCode: 70, sessionId: 0 }
      if (session.epoch !== asked.sessionEpoch) return { errorCode: 71, sessionId: 0 }
      session.epoch += 1
      Object.assign(session.fetched, fetchedOf(asked.topics))
      for (const { topic, partitions } of asked.forgottenTopics)
        for (const partition of partitions) delete session.fetched[`${topic}/${partition}`]
      return { errorCode: 0, sessionId: asked.sessionId, fetched: session.fetched }
    },
  }
}

const partitions = (offsets: Readonly<Record<number, number>>) =>
  Object.entries(offsets).map(([partition, offset]) => ({
    partition: Number(partition),
    fetchOffset: String(offset),
    maxBytes: 1,
  }))

test('after the first fetch only what has gone on is named, and what is not wanted any more', () => {
  const broker = aBroker()
  const session = new FetchSession()
  const ask = (topics: Topics) => {
    const asked = session.next(topics)
    session.answered(broker.answer(asked))
    return asked
  }
  ask([
    { topic: 'placed', partitions: partitions({ 0: 5, 1: 7 }) },
    { topic: 'billed', partitions: partitions({ 0: 2 }) },
  ])
  expect(
    ask([
      { topic: 'placed', partitions: partitions({ 0: 6, 1: 7 }) },
      { topic: 'billed', partitions: partitions({ 0: 2 }) },
    ]),
  ).toEqual({
    sessionId: 1,
    sessionEpoch: 1,
    topics: [{ topic: 'placed', partitions: partitions({ 0: 6 }) }],
    forgottenTopics: [],
  })
  expect(ask([{ topic: 'placed', partitions: partitions({ 1: 7 }) }])).toEqual({
    sessionId: 1,
    sessionEpoch: 2,
    topics: [],
    forgottenTopics: [
      { topic: 'placed', partitions: [0] },
      { topic: 'billed', partitions: [0] },
    ],
  })
})

test('whatever gets lost, the broker fetches what the consumer wants, or refuses and is told everything', () => {
  const topics: fc.Arbitrary<Topics> = fc
    .dictionary(fc.constantFrom('placed', 'billed', 'shipped'), fc.dictionary(fc.constantFrom('0', '1', '2'), fc.nat(3)))
    .map((all) => Object.entries(all).map(([topic, offsets]) => ({ topic, partitions: partitions(offsets) })))
  const happens = fc.constantFrom('answered', 'answered', 'answered', 'not sent', 'not answered', 'restarted', 'no room')
  fc.assert(
    fc.property(fc.array(fc.record({ topics, happens }), { minLength: 1, maxLength: 30 }), (fetches) => {
      const broker = aBroker()
      const session = new FetchSession()
      let refused = 0
      for (const fetch of fetches) {
        if (fetch.happens === 'restarted') broker.restart()
        const asked = session.next(fetch.topics)
        if (fetch.happens === 'not sent') session.lost()
        else {
          const answer = broker.answer(asked, fetch.happens !== 'no room')
          if (fetch.happens === 'not answered') session.lost()
          else session.answered(answer)
          refused = answer.errorCode === 0 ? 0 : refused + 1
          if (answer.errorCode === 0) expect(answer.fetched).toEqual(fetchedOf(fetch.topics))
        }
        expect(refused).toBeLessThan(2)
      }
    }),
  )
})

test('a fetch that fails late, when the next one is under way, costs one empty answer', () => {
  const broker = aBroker()
  const session = new FetchSession()
  const topics = [{ topic: 'placed', partitions: partitions({ 0: 5 }) }]
  session.answered(broker.answer(session.next(topics)))
  const underWay = session.next(topics)
  session.lost()
  session.answered(broker.answer(underWay))
  const refused = broker.answer(session.next(topics))
  expect(refused.errorCode).not.toBe(0)
  session.answered(refused)
  expect(broker.answer(session.next(topics)).fetched).toEqual({ 'placed/0': '5' })
})
