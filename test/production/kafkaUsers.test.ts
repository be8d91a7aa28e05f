import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { ROOT } from '../../deploy/local/folders.ts'

const read = (file: string) => readFile(join(ROOT, 'k8s', 'production', file), 'utf8')

interface Values {
  readonly [service: string]: { readonly connections?: Record<string, unknown> }
}

const login = (user: string) => ({
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: { secret: `kafka-${user}`, key: 'password' },
})

test('in production every user of Kafka is that of a program of the chart, which has its password, and of who deploys', async () => {
  const [users, values, kafka] = await Promise.all([read('users.yaml'), read('values.yaml'), read('kafka.yaml')])
  const { global, ...services } = parse(values) as Values & { global: { deploy: { connections: Record<string, unknown> } } }
  const names = parseAllDocuments(users).map((document) => (document.toJS() as { metadata: { name: string } }).metadata.name)
  expect(names).toHaveLength(new Set(names).size)
  for (const name of names.filter((each) => each !== 'petrel')) expect(services[name]?.connections).toEqual(login(name))
  expect(global.deploy.connections).toEqual(login('petrel'))
  const logsIn = Object.entries(services).filter(([, { connections }]) => connections !== undefined)
  expect([...logsIn.map(([name]) => name), 'petrel'].toSorted()).toEqual(names.toSorted())
  expect(kafka).toContain('      secretPrefix: kafka-\n')
})
