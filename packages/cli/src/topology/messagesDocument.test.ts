import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { kafkaCluster, kafkaTopics } from './kafkaTopics.ts'
import { messagesDocument } from './messagesDocument.ts'
import { smallShop } from './testing/smallShop.ts'

const document = messagesDocument(smallShop)

test('the catalogue has for each message who sends and hears it, where it is, and what is in it', () => {
  expect(document).toContain(`## sales

### OrderPlaced

About OrderPlaced.

|  |  |
|---|---|
| kind | event |
| sent by | sales |
| heard by | billing, web-page |
| topic | \`sales.order-placed\`, 3 partitions |
| key | \`orderId\` |
| subject | \`sales.order-placed-value\` |
| schema | [sales/OrderPlaced.avsc](../schemas/sales/OrderPlaced.avsc) |

| field | type | meaning |
|---|---|---|
| \`orderId\` | string | Which order. |
| \`totalCents\` | long | In minor units. |
`)
})

test('parts of lists, symbols and defaults are written out, and no text breaks the table', () => {
  expect(document).toContain('| `lines` | list of Line | What was ordered. |\n| `lines[].sku` | string | Which. |\n')
  expect(document).toContain('| `lines[].engraving` | string | A name, or nothing. Personal data. |\n')
  expect(document).toContain(
    '| `reason` | Reason or null | Why, if it is \\| was known. One of `OTHER`, `LATE`. Default: `null`. |\n',
  )
})

test('the catalogue ends with the groups and what each reads', () => {
  expect(document).toContain('| `sales` | earliest | `sales.place-order`, `sales.price-order` |\n')
  expect(document).toContain('| `sales.retry` | earliest | `sales.retry.2s`, `sales.postponed`, `sales.replay` |\n')
  expect(document).toContain('| sales | `sales.dlt`, `sales.replayed`, `sales.audit` |\n')
})

test('every topic that a deployment makes is a manifest with its partitions and its configuration', () => {
  const text = kafkaTopics(smallShop, { name: 'petrel', namespace: 'kafka' })
  const manifests = parseAllDocuments(text).map((each) => each.toJS() as { metadata: { name: string } })
  expect(manifests.map(({ metadata }) => metadata.name)).toEqual(
    smallShop.endpoints.flatMap(({ plan }) => plan.topics.map(({ topic }) => topic)),
  )
  expect(manifests.find(({ metadata }) => metadata.name === 'sales.dlt')).toEqual({
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: { name: 'sales.dlt', namespace: 'kafka', labels: { 'strimzi.io/cluster': 'petrel' } },
    spec: {
      partitions: 1,
      replicas: 3,
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': -1,
        'max.message.bytes': 2097152,
      },
    },
  })
  expect(text).toContain('#   sales.retry: sales.retry.2s, sales.postponed, sales.replay\n')
})

test('topics are for the Kafka that is among the manifests, where it is', () => {
  const manifests = `kind: KafkaNodePool
metadata: { name: nodes }
---
kind: Kafka
metadata: { name: main, namespace: kafka }
`
  expect(kafkaCluster(manifests)).toEqual({ name: 'main', namespace: 'kafka' })
  expect(kafkaCluster('')).toEqual({ name: 'petrel' })
})
