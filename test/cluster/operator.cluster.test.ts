import { styleText } from 'node:util'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { helm, kubectl } from './support/kubectl.ts'
import { installService } from './support/oneService.ts'
import { ownNamespace } from './support/ownNamespace.ts'
import { operatedPrometheus, targetsIn } from './support/prometheusOperator.ts'

const prometheus = await operatedPrometheus()
if (prometheus === undefined)
  console.warn(
    styleText(
      'yellow',
      '\nLEFT OUT: the test of PodMonitors. It needs a Prometheus that the Prometheus operator runs (monitoring.coreos.com).\n',
    ),
  )

test.skipIf(prometheus === undefined)(
  'a Prometheus that the operator runs asks each pod, once the policy lets it in, and nobody after the uninstall',
  async () => {
    if (prometheus === undefined) return
    await using namespace = await ownNamespace('monitored')
    const place = { namespace: namespace.name, topicPrefix: `${namespace.name}.` }
    const labels = Object.entries(prometheus.monitorLabels).map(
      ([name, value]) => `podMonitor.labels.${name.replaceAll('.', '\\.')}=${value}`,
    )
    const target = (expected: object) =>
      eventually(
        async () => {
          const found = await targetsIn(namespace.name, prometheus)
          expect(found).toMatchObject([
            { labels: { pod: await podName(namespace.name), container: 'sales', endpoint: 'ops' }, ...expected },
          ])
        },
        { withinMs: 180_000, everyMs: 1_000 },
      )

    const monitored = ['podMonitor.enabled=true', ...labels]
    await installService('sales', place, [...monitored, 'networkPolicy.edges.monitoring.namespace=elsewhere'])
    await target({ health: 'down', lastError: expect.stringContaining('context deadline exceeded') })

    await installService('sales', place, [...monitored, `networkPolicy.edges.monitoring.namespace=${prometheus.namespace}`])
    await target({ health: 'up', lastError: '' })

    await helm(['uninstall', 'sales', '-n', namespace.name, '--wait', '--timeout', '3m'])
    await eventually(async () => expect(await targetsIn(namespace.name, prometheus)).toEqual([]), {
      withinMs: 180_000,
      everyMs: 1_000,
    })
  },
)

const podName = (namespace: string) =>
  kubectl([
    'get',
    'pods',
    '-n',
    namespace,
    '-l',
    'app.kubernetes.io/component=endpoint',
    '-o',
    'jsonpath={.items[*].metadata.name}',
  ])
