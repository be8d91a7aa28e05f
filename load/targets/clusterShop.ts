import { run } from '../../deploy/commandLine.ts'
import { GROUND, RELEASE } from '../../deploy/cluster/names.ts'
import { databaseName } from '../../deploy/local/stack/databases.ts'
import type { Target } from '../targets.ts'
import type { ClusterAddress } from './openTarget.ts'
import { type AskBook, orderBooks } from './orderBooks.ts'
import { watchedBy } from './prometheus.ts'

/** KEDA has the last word on replicas, and undoes `kubectl scale`. With this it keeps so many, until the annotation is gone. */
const PAUSED = 'autoscaling.keda.sh/paused-replicas'
const deployment = (service: string) => `deployment/${RELEASE}-${service}`

/** A shop that Helm has installed as `shop`, on the ground of `npm run cluster`. Books and faults need a kubectl that may read and change it. */
export function clusterShop({ url, prometheusUrl, namespace }: ClusterAddress): Target {
  const kubectl = (...args: readonly string[]) => run('kubectl', ['-n', namespace, ...args])
  const annotate = async (service: string, change: string) =>
    void (await kubectl('annotate', 'scaledobject', `${RELEASE}-${service}`, change, '--overwrite'))
  const keepAt = (service: string, replicas: number) => annotate(service, `${PAUSED}=${replicas}`)
  const scaleAgain = (service: string) => annotate(service, `${PAUSED}-`)
  return {
    name: `petrel in ${namespace}`,
    customers: { url, hasKeys: true },
    prometheusUrl,
    watch: () => watchedBy(prometheusUrl),
    books: (customers) => orderBooks(askByPsql, customers),
    limitGateway: (perSecond) => limitFromInside(namespace, perSecond),
    // Sales is not broken here: there is nobody who would send back what failed.
    faults: {
      killBilling: async () =>
        void (await kubectl('delete', 'pod', '--grace-period=0', '--force', '-l', 'app.kubernetes.io/name=billing')),
      restartBroker: async () => void (await run('kubectl', ['-n', GROUND, 'delete', 'pod', 'kafka-0'])),
      stopSubscriber: () => keepAt('loyalty', 0),
      addSubscriber: () => scaleAgain('loyalty'),
      scaleFront: () => keepAt('client-ui', 3),
      giveFrontBack: () => scaleAgain('client-ui'),
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const askByPsql: AskBook = async (service, sql) => {
  const psql = ['psql', '-U', 'postgres', '-d', databaseName(service), '-v', 'ON_ERROR_STOP=1', '-Atc', sql]
  const lines = await run('kubectl', ['exec', '-n', GROUND, 'postgres-0', '--', ...psql])
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'))
    .map(([orderId = '', at]) => ({ orderId, at: Number(at) }))
}

/** The gateway has no way in from outside: one of its own processes asks it. */
async function limitFromInside(namespace: string, perSecond: number | null): Promise<void> {
  const body = JSON.stringify({ requestsPerSecond: perSecond })
  const script = `const r = await fetch('http://127.0.0.1:8070/behaviour', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '${body}' })
    if (!r.ok) throw new Error(await r.text())`
  await run('kubectl', [
    '-n',
    namespace,
    'exec',
    deployment('payment-gateway'),
    '--',
    'node',
    '--input-type=module',
    '-e',
    script,
  ])
}
