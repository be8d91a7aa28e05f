import type { Broker } from '@petrel/messaging/operations'
import kafkajs from 'kafkajs'

/** Lane → id of the member that has it. */
export type Owners = ReadonlyMap<number, string>

/** @param group all its members must have joined */
export async function ownersOf(brokers: string, group: string, topic: string): Promise<Owners> {
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const { groups } = await admin.describeGroups([group])
    const lanesOf = (assignment: Buffer) => kafkajs.AssignerProtocol.MemberAssignment.decode(assignment)?.assignment[topic] ?? []
    const members = groups.flatMap(({ members }) => members)
    return new Map(
      members.flatMap(({ memberId, memberAssignment }) => lanesOf(memberAssignment).map((lane) => [lane, memberId] as const)),
    )
  } finally {
    await admin.disconnect()
  }
}

/** A time in which a replica joined or left, in milliseconds since the epoch. */
export interface Change {
  readonly from: number
  readonly to: number
  readonly before: Owners
  readonly after: Owners
}

/** Lane → when its events were published, in milliseconds since the epoch, in order. */
export type Times = ReadonlyMap<number, readonly number[]>

export async function publishTimes(broker: Broker, topic: string): Promise<Times> {
  const times = new Map<number, number[]>()
  for await (const { partition, timestamp } of broker.admin.read(topic)) {
    const lane = times.get(partition)
    if (lane === undefined) times.set(partition, [timestamp])
    else lane.push(timestamp)
  }
  for (const lane of times.values()) lane.sort((a, b) => a - b)
  return times
}

/** The longest time in which one of the lanes published nothing, in milliseconds. */
export const longestStandstill = (times: Times, { from, to }: Pick<Change, 'from' | 'to'>): number =>
  Math.max(0, ...[...times.values()].map((lane) => longestGap(lane, from, to)))

/** Milliseconds in which a lane published nothing: the longest of all lanes that stayed with their member, and of those that moved. */
export function standstills(times: Times, { from, to, before, after }: Change): { stayed: number; moved: number } {
  const longest = (lanes: readonly number[]) => Math.max(0, ...lanes.map((lane) => longestGap(times.get(lane) ?? [], from, to)))
  const stayed = [...after.keys()].filter((lane) => before.get(lane) === after.get(lane))
  const moved = [...after.keys()].filter((lane) => before.get(lane) !== after.get(lane))
  return { stayed: longest(stayed), moved: longest(moved) }
}

/** Of the gaps that reach into the time. */
function longestGap(times: readonly number[], from: number, to: number): number {
  let longest = 0
  for (let at = 1; at < times.length; at += 1) {
    const [begin = 0, end = 0] = [times[at - 1], times[at]]
    if (end >= from && begin <= to) longest = Math.max(longest, end - begin)
  }
  return longest
}
