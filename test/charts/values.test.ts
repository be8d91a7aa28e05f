import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { chartFolder, hasHelm, refusal, valuesFile } from './helm.ts'

const minimal = ['--values', valuesFile('minimal')]
const keda = ['--api-versions', 'keda.sh/v1alpha1']
const scaled = [...minimal, ...keda, '--set', 'autoscaling.enabled=true']
const set = (value: string) => ['--set', value]
const manyCharacters = 'a'.repeat(60)

describe.skipIf(!hasHelm)('values that cannot work are refused with what to do', () => {
  test.each([
    ['a word that nobody knows', [...minimal, ...set('replica=2')], "additional properties 'replica' not allowed"],
    ['one inside a group', [...minimal, ...set('autoscaling.max=2')], "additional properties 'max' not allowed"],
    ['another way to scale', [...minimal, ...set('autoscaling.by=memory')], "value must be one of 'lag', 'cpu'"],
    ['a number that is a text', [...minimal, '--set-string', 'replicas=two'], 'got string, want integer'],
    ['no replica at all by lag', [...minimal, ...set('autoscaling.minReplicas=0')], 'minimum: got 0, want 1'],
    ['too little time to stop', [...minimal, ...set('terminationGracePeriodSeconds=10')], 'minimum: got 10, want 30'],
    ['a port that cannot be', [...minimal, ...set('ports.http=80800')], 'maximum: got 80,800, want 65,535'],
    [
      'an endpoint without partitions',
      [...set('endpoint.name=fraud-check')],
      "properties 'partitions' required, if 'name' exists",
    ],
    ['a digest that is none', [...minimal, ...set('image.digest=latest')], 'does not match pattern'],
    ['an address without a port', [...minimal, ...set('kafka.brokers=kafka')], 'It must be host:port'],
    [
      'a registry without http',
      [...minimal, ...set('schemaRegistry.url=registry:8080')],
      'It must begin with http:// or https://',
    ],
    ['no brokers', [...minimal, ...set('kafka.brokers=')], 'Set global.kafka.brokers or kafka.brokers'],
    ['no registry', [...minimal, ...set('schemaRegistry.url=')], 'Set global.schemaRegistry.url or schemaRegistry.url'],
    ['no database', [...minimal, ...set('database.existingSecret=')], 'Set database.existingSecret to a Secret'],
    [
      'a database to be made, and nobody knows where',
      [...minimal, ...set('database.existingSecret=,database.adminSecret.name=admin')],
      'Set global.database.host or database.host',
    ],
    [
      'a database to be made, and no Job that makes it',
      [...minimal, ...set('database.existingSecret=,database.adminSecret.name=admin,database.host=pg,deploy.enabled=false')],
      'which deploy.enabled=false switches off',
    ],
    ['more replicas than partitions', [...scaled, ...set('autoscaling.maxReplicas=7')], 'its topics have 6 partitions'],
    ['more at least than at most', [...scaled, ...set('autoscaling.minReplicas=7')], 'more than maxReplicas, which is 6'],
    ['more when blind than at most', [...scaled, ...set('autoscaling.fallbackReplicas=7')], 'more than maxReplicas, which is 6'],
    ['scaling without KEDA', [...minimal, ...set('autoscaling.enabled=true')], 'this cluster has no keda.sh/v1alpha1'],
    ['scaling by lag without a bus', [...scaled, ...set('endpoint=null')], 'needs an endpoint with partitions'],
    [
      'scaling by cpu without a request',
      [...scaled, ...set('autoscaling.by=cpu,resources.requests.cpu=null')],
      'compares with resources.requests.cpu',
    ],
    ['scaling what runs once', [...scaled, ...set('runOnce=true')], 'it runs once (runOnce)'],
    [
      'a monitor without operator',
      [...minimal, ...set('podMonitor.enabled=true')],
      'this cluster has no monitoring.coreos.com/v1',
    ],
    [
      'a monitor of nothing',
      [...minimal, '--api-versions', 'monitoring.coreos.com/v1', ...set('podMonitor.enabled=true,ops.port=0,ports.http=80')],
      'it has no ops port that could be asked',
    ],
    [
      'alerts without operator',
      [...minimal, ...set('alerts.enabled=true')],
      'give your Prometheus deploy/alerts/petrel.rules.yaml',
    ],
    [
      'alerts about what hears nothing',
      [...minimal, '--api-versions', 'monitoring.coreos.com/v1', ...set('alerts.enabled=true,endpoint=null')],
      'it has no endpoint with messages that could wait',
    ],
    ['nothing to probe', [...minimal, ...set('ops.port=0')], 'nobody could ask whether it is alive'],
    [
      'readiness of a port that is not there',
      [...minimal, ...set('ops.readyPort=web,ports.http=80')],
      'ports has no such name. It has: http.',
    ],
    ['two ports of one name', [...minimal, ...set('ports.ops=80')], 'that name is taken by ops.port'],
    [
      'a variable that the chart makes',
      [...minimal, ...set('env.KAFKA_BROKERS=other:9092')],
      'KAFKA_BROKERS is not set in env, envFromSecret or connections but by the value kafka.brokers',
    ],
    [
      'a variable that the chart makes, among the connections',
      [...minimal, ...set('connections.SCHEMA_REGISTRY_URL=http://other')],
      'SCHEMA_REGISTRY_URL is not set in env, envFromSecret or connections but by the value schemaRegistry.url',
    ],
    [
      'a variable at two places',
      [...minimal, ...set('env.KAFKA_SASL_MECHANISM=PLAIN,connections.KAFKA_SASL_MECHANISM=PLAIN')],
      'KAFKA_SASL_MECHANISM is in env or envFromSecret and in connections (or global.connections) as well',
    ],
    ['a Secret without its key', [...minimal, ...set('connections.KAFKA_SASL_PASSWORD.secret=kafka')], 'connections'],
    [
      'scaling by lag with a token that only pods can read',
      [
        ...scaled,
        ...set('connections.KAFKA_SASL_OAUTHBEARER_TOKEN.secret=token,connections.KAFKA_SASL_OAUTHBEARER_TOKEN.key=token'),
      ],
      'Give it a token endpoint',
    ],
    [
      'a name that PostgreSQL would cut',
      [...minimal, ...set(`topicPrefix=${manyCharacters}.`)],
      'PostgreSQL cuts names after 63',
    ],
  ])('%s', (_, values, sentence) => {
    expect(refusal('subscriber', values)).toContain(sentence)
  })

  test.each([
    ['a service that is not there', set('salse.replicas=2'), "additional properties 'salse' not allowed"],
    ['a service with a wrong value', set('sales.replicas=two'), 'got string, want integer'],
    ['runbooks without http', set('global.dashboards.runbooks=docs'), 'does not match pattern'],
    ['something shared that nobody knows', set('global.kafak.brokers=kafka:9092'), "additional properties 'kafak' not allowed"],
  ])('in the shop: %s', (_, values, sentence) => {
    expect(refusal('shop', values)).toContain(sentence)
  })
})

interface Versions {
  readonly version: string
  readonly appVersion?: string
}
const versionsIn = (file: string) => parse(readFileSync(file, 'utf8')) as Versions

test('the charts run the images of this version', () => {
  const { version } = versionsIn(`${chartFolder('shop')}/../../package.json`)
  for (const chart of ['subscriber', 'shop']) expect(versionsIn(`${chartFolder(chart)}/Chart.yaml`).appVersion).toBe(version)
})
