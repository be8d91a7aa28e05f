import { AssignerProtocol, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs'
import { laneOwner } from '../lanes.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol
const VERSION = 1
const NOTHING = Buffer.alloc(0)

/** Assigns by partition number (see `laneOwner`); a topic goes only to members that subscribe to it, which differ during a roll-out. */
export function lanes(created: (cluster: Cluster) => void): PartitionAssigner {
  return ({ cluster }) => {
    created(cluster)
    return {
      name: 'petrel-lanes',
      version: VERSION,
      protocol: ({ topics }) => ({
        name: 'petrel-lanes',
        metadata: MemberMetadata.encode({ version: VERSION, topics, userData: NOTHING }),
      }),
      assign: async ({ members, topics }) => assign(cluster, members, topics),
    }
  }
}

function assign(cluster: Cluster, members: readonly GroupMember[], topics: readonly string[]) {
  const assignments = new Map(members.map(({ memberId }) => [memberId, emptyAssignment()]))
  for (const topic of topics) {
    const subscribers = members.filter((member) => subscribes(member, topic)).map(({ memberId }) => memberId)
    for (const { partitionId } of cluster.findTopicPartitionMetadata(topic)) {
      const owner = laneOwner(partitionId, subscribers.toSorted())
      const assignment = owner === undefined ? undefined : assignments.get(owner)
      if (assignment !== undefined) (assignment[topic] ??= []).push(partitionId)
    }
  }
  return [...assignments].map(([memberId, assignment]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version: VERSION, assignment, userData: NOTHING }),
  }))
}

const emptyAssignment = (): Record<string, number[]> => ({})

const subscribes = ({ memberMetadata }: GroupMember, topic: string) =>
  MemberMetadata.decode(memberMetadata)?.topics.includes(topic) ?? false
