import { type Broker, endpointsWithDeadLetters, faultRecord, faultsIn, faultTopicSpec } from '@petrel/messaging/operations'
import { notFound } from '@petrel/pages'
import type { FaultSwitch } from './port.ts'

/** By a topic that the services read (FAULT_TOPIC): pods share no disk, and have no right to change each other. @param topic without the prefix */
export function topicSwitch(topic: string, broker: Broker, prefix: string): FaultSwitch {
  const { admin } = broker
  const faults = faultsIn(prefix + topic, admin)
  return {
    how: 'topic',
    async services() {
      const [names] = await Promise.all([endpointsWithDeadLetters({ admin, prefix }), faults.readNew()])
      return names.map((name) => ({
        name,
        isRunning: null,
        fault: faults.of(name)?.fault ?? null,
        canBreak: true,
        canStop: false,
      }))
    },
    async setFault(service, fault, by) {
      const names = await endpointsWithDeadLetters({ admin, prefix })
      if (!names.includes(service)) throw notFound(`There is no endpoint ${service}. There are: ${names.join(', ')}.`)
      await admin.createTopics([faultTopicSpec(prefix + topic)])
      const switched = fault === null ? null : { fault, by, at: new Date().toISOString() }
      await broker.publish([faultRecord(prefix + topic, service, switched)])
      return fault === null
        ? `${service} is mended within a second, all its replicas. Replay what failed.`
        : `${service} fails within a second, all its replicas, until it is mended.`
    },
  }
}
