import { expect, test } from 'vitest'
import { NotAllowed } from '../../connections/notLetIn.ts'
import { TopicUnavailable } from '../port.ts'
import { unavailable } from './errors.ts'
import { refusals } from './refusals.ts'
import { namingRefused } from './refusedTopics.ts'

function refusalsOf(user: string | undefined) {
  const said: string[] = []
  const write = (_: object, text: string) => void said.push(text)
  return { said, ...refusals(() => user, { info: write, error: write }) }
}

const answered = (type: string, more: object = {}) => Object.assign(new Error('Not authorized'), { type, ...more })
const refusedTopics = (...topics: string[]) => answered('TOPIC_AUTHORIZATION_FAILED', { topics })

test('what is not allowed is said once, with the user and what to look at, however often and from wherever it is tried', () => {
  const { said, reasonOf } = refusalsOf('billing')
  for (const doing of ['publish', 'publish', 'billing']) reasonOf(refusedTopics('sales.order-placed'), doing)
  expect(said).toEqual([
    'Kafka does not let billing use topic sales.order-placed: an ACL is missing. petrel acl --check billing shows which. It is tried again about once a minute.',
  ])
})

test('it is said again only after all that was refused has worked', () => {
  const { said, reasonOf, done, areThere } = refusalsOf(undefined)
  reasonOf(refusedTopics('a'), 'publish')
  reasonOf(refusedTopics('a'), 'group one')
  done('publish', ['b'])
  done('publish', ['a'])
  expect(said).toHaveLength(1)
  done('group one')
  expect(said.slice(1)).toEqual(['Kafka lets this user use topic a again'])
  expect(areThere()).toBe(false)
  reasonOf(refusedTopics('a'), 'publish')
  expect(said).toHaveLength(3)
})

test('a group, and the cluster, can be refused as well; where Kafka names no topic, those that were tried are named', () => {
  const { reasonOf } = refusalsOf('email')
  const reason = (error: Error) => String(reasonOf(error, 'billing', { group: 'billing', topics: ['b', 'a'] }))
  expect(reason(answered('GROUP_AUTHORIZATION_FAILED'))).toContain('email use group billing:')
  expect(reason(answered('CLUSTER_AUTHORIZATION_FAILED'))).toContain('email use what concerns the whole cluster:')
  expect(reason(answered('TOPIC_AUTHORIZATION_FAILED'))).toContain('email use topic a and topic b:')
})

test('anything else is what it was, and a refused topic is a topic that is unavailable', () => {
  const { reasonOf, said } = refusalsOf('email')
  const other = answered('LEADER_NOT_AVAILABLE')
  expect(reasonOf(other, 'publish')).toBe(other)
  const refused = reasonOf(refusedTopics('a'), 'publish')
  expect(refused).toBeInstanceOf(NotAllowed)
  expect(unavailable('Could not publish', refused)).toBeInstanceOf(TopicUnavailable)
  expect(said).toHaveLength(1)
})

test('an answer of Kafka names the refused topics, also when another one is at fault first', async () => {
  interface Answer {
    readonly all: readonly (readonly [string, number[]])[]
  }
  const original = { parse: async (answer: object) => answer }
  const { parse } = namingRefused<Answer>(({ all }) => all)(original)
  const fine: Answer = { all: [['a', [0, 3]]] }
  expect(await parse(fine)).toBe(fine)
  await expect(parse({ all: [...fine.all, ['b', [0, 29]], ['c', [29]]] })).rejects.toMatchObject({
    type: 'TOPIC_AUTHORIZATION_FAILED',
    topics: ['b', 'c'],
  })
})
