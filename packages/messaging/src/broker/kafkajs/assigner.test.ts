import { AssignerProtocol, type Cluster } from 'kafkajs'
import { expect, test } from 'vitest'
import type { Log } from '../../log.ts'
import { silentLog } from '../../log.ts'
import { assigner } from './assigner.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol

/**
 * A leader that knows `orders` only.
 * @param lookUp what the broker answers for another topic: its number of partitions
 * @param lanes what it has now
 */
function leader(lookUp: (topic: string) => number, log: Log = silentLog, lanes: number[] = []) {
  const cluster = {
    findTopicPartitionMetadata: () => Array.from({ length: 4 }),
    findControllerBroker: async () => ({
      metadata: async ([topic = '']: string[]) => ({
        topicMetadata: [{ partitionMetadata: Array.from({ length: lookUp(topic) }) }],
      }),
    }),
  } as unknown as Cluster
  return assigner(
    log,
    () => {},
    () => new Set(lanes),
  )({ cluster } as Parameters<ReturnType<typeof assigner>>[0])
}

const member = (memberId: string, topics: string[]) => ({
  memberId,
  memberMetadata: MemberMetadata.encode({ version: 1, topics, userData: Buffer.alloc(0) }),
})
const members = [member('old', ['orders']), member('new', ['orders', 'refunds'])]

async function assigned(from: ReturnType<typeof leader>) {
  const answer = await from.assign({ members, topics: ['orders'] })
  return new Map(
    answer.map(({ memberId, memberAssignment }) => [memberId, MemberAssignment.decode(memberAssignment)?.assignment]),
  )
}

test('a leader assigns a topic that it does not subscribe to to those that do', async () => {
  const assignments = await assigned(leader(() => 3))
  expect(assignments.get('new')).toMatchObject({ refunds: [0, 1, 2] })
  expect(assignments.get('old')).not.toHaveProperty('refunds')
})

test('a topic that the leader cannot look up is logged and assigned to nobody; the other topics are assigned', async () => {
  const warned: object[] = []
  const missing = Object.assign(new Error('not authorized'), { type: 'TOPIC_AUTHORIZATION_FAILED' })
  const lookUp = () => {
    throw missing
  }
  const assignments = await assigned(leader(lookUp, { ...silentLog, warn: (fields) => void warned.push(fields) }))
  expect([...assignments.values()].flatMap((topics) => topics?.['orders'] ?? []).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
  expect(warned).toEqual([{ err: missing, topic: 'refunds' }])
})

test('members keep the lanes that they tell the leader when they join', async () => {
  const topics = ['orders']
  const joining = (memberId: string, lanes: number[]) => {
    const { metadata } = leader(() => 0, silentLog, lanes).protocol({ topics })
    return { memberId, memberMetadata: metadata }
  }
  for (const [mine, theirs] of [
    [
      [0, 2],
      [1, 3],
    ],
    [
      [1, 2],
      [0, 3],
    ],
  ] as const) {
    const group = [joining('me', [...mine]), joining('they', [...theirs])]
    const answer = await leader(() => 0).assign({ members: group, topics })
    const given = answer.map(({ memberId, memberAssignment }) => [
      memberId,
      MemberAssignment.decode(memberAssignment)?.assignment['orders']?.toSorted(),
    ])
    expect(Object.fromEntries(given)).toEqual({ me: mine, they: theirs })
  }
})

test('a broker that does not answer fails the assignment, and the group is joined again later', async () => {
  const away = leader(() => {
    throw new Error('connection closed')
  })
  await expect(assigned(away)).rejects.toThrow('connection closed')
})
