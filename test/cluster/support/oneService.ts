import { join } from 'node:path'
import { groundValues, subscriberChart } from './clusterShop.ts'
import { helm, kubectl } from './kubectl.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Where one service is installed alone, and what separates its topics from those of others. */
export interface ServicePlace {
  readonly namespace: string
  readonly topicPrefix: string
}

const valueFiles = (service: string) => [
  join(ROOT, 'charts/shop/global.yaml'),
  join(ROOT, 'services', service, 'values.yaml'),
  groundValues,
]

/** Installs or upgrades one service, as the chart for any subscriber does it; its topics go when it is uninstalled. @throws Error with what Helm said */
export const installService = (
  service: string,
  { namespace, topicPrefix }: ServicePlace,
  settings: readonly string[] = [],
  flags: readonly string[] = ['--wait', '--timeout', '3m'],
): Promise<string> =>
  helm(
    ['upgrade', '--install', service, subscriberChart, '-n', namespace].concat(
      valueFiles(service).flatMap((file) => ['-f', file]),
      [`topicPrefix=${topicPrefix}`, 'uninstall.removeTopics=true', ...settings].flatMap((setting) => ['--set', setting]),
      flags,
    ),
  )

/**
 * Runs lines of JavaScript in a pod of the service, with `broker`, the `prefix` of its topics, and all the `operations` of
 * `@petrel/messaging`. @returns what they printed
 */
export function runOnBroker(service: string, { namespace }: Pick<ServicePlace, 'namespace'>, lines: string): Promise<string> {
  const program = `import * as operations from '@petrel/messaging/operations'
    const prefix = process.env.TOPIC_PREFIX
    const brokers = process.env.KAFKA_BROKERS.split(',')
    const broker = operations.kafkajsBroker({ brokers, clientId: 'test', log: operations.silentLog })
    ${lines}
    await broker.close()`
  const node = ['node', '--input-type=module', '-']
  return kubectl(['exec', '-i', '-n', namespace, `deployment/${service}`, '--', ...node], { input: program })
}
