import { exampleMessage, exampleText } from './example.ts'
import type { Heard } from './message.ts'
import { camelCase, handlerName, snakeCase, wordsOf } from './names.ts'
import { type Said, schemaText } from './schema.ts'
import { valuesText } from './values.ts'

/** What a new service is to be. */
export interface NewService {
  readonly name: string
  readonly hears: readonly Heard[]
  readonly says: readonly Said[]
  /** Of the project: versions of its parts are those of the whole. */
  readonly version: string
}

/** Every file of the service, and the schemas of what it says: path below the root → text. */
export function serviceFiles(service: NewService): Map<string, string> {
  const { name, hears, says } = service
  const inside: [string, string][] = [
    ['package.json', packageText(service)],
    ['README.md', readmeText(service)],
    ['values.yaml', valuesText(name)],
    ['migrations/001_heard.sql', migrationText(service)],
    ['src/endpoint.ts', endpointText(service)],
    ['src/main.ts', mainText(service)],
    ['src/heard.ts', tableText(service)],
    ...hears.map((heard): [string, string] => [`src/${fileOf(service, heard)}.ts`, handlerText(service, heard)]),
    ...hears.map((heard): [string, string] => [`src/${fileOf(service, heard)}.test.ts`, testText(service, heard)]),
  ]
  const schemas = says.map((said): [string, string] => [`schemas/${name}/${said.name}.avsc`, schemaText(name, said)])
  return new Map([...inside.map(([path, text]): [string, string] => [`services/${name}/${path}`, text]), ...schemas])
}

/** Where the handler of a message is, without its ending. */
export const fileOf = ({ name }: Pick<NewService, 'name'>, { type }: Heard): string =>
  handlerName(name, messageName(type.fullName))

const messageName = (fullName: string) => fullName.slice(fullName.lastIndexOf('.') + 1)

function packageText({ name, version }: NewService): string {
  const dependencies = { '@petrel/contracts': version, '@petrel/messaging': version }
  const content = { name: `@petrel/${name}`, version, private: true, license: 'Apache-2.0', type: 'module', dependencies }
  return `${JSON.stringify(content, null, 2)}\n`
}

const readmeText = (service: NewService): string => `# ${service.name}

Hears ${list(service.hears.map(({ type }) => `\`${type.topic}\``))}, and keeps a row of each in the table \`heard\`.

| handles | decides | publishes |
|---|---|---|
${service.hears.map((heard) => `| \`${messageName(heard.type.fullName)}\` | nothing yet: \`src/${fileOf(service, heard)}.ts\` is the place | ${list(service.says.map(({ name }) => `\`${name}\``)) || 'nothing'} |`).join('\n')}

## Settings
Those of every service: \`KAFKA_BROKERS\`, \`SCHEMA_REGISTRY_URL\`, \`DATABASE_URL\`, and if wanted \`DATABASE_POOL\` (connections, 4), \`TOPIC_PREFIX\`, \`LOG_LEVEL\`, \`AUDIT\`, \`FAULT_FILE\`, \`OPS_PORT\` ([what a cluster asks a process](../../packages/messaging/README.md#what-a-cluster-asks-a-process)).

## Alone
\`npm run service ${service.name}\` beside a running stack, or \`node services/${service.name}/src/main.ts\` with the settings above, after \`npx petrel deploy ${service.name}\`.
`

/** What the messages have in common is what a row is about. */
const keyOf = ({ hears }: NewService): string => {
  const keys = new Set(hears.map(({ type }) => type.key))
  return keys.size === 1 ? (hears[0]?.type.key ?? 'key') : 'key'
}

const columnOf = (service: NewService) => snakeCase(keyOf(service))

const migrationText = (
  service: NewService,
): string => `-- What was heard, once each: a message that comes again is dropped before its handler runs.
create table heard (
  message_id text primary key,
  message text not null,
  ${columnOf(service)} text not null,
  sent_at timestamptz not null
);
`

const tableText = (service: NewService): string => `import { table } from '@petrel/messaging'

/** What was heard; the table is made in migrations/001_heard.sql. */
export const heard = table('heard', { message_id: 'text', message: 'text', ${columnOf(service)}: 'text', sent_at: 'timestamptz' })
`

function endpointText(service: NewService): string {
  const { name, hears, says } = service
  const handlers = hears.map((heard) => fileOf(service, heard))
  return [
    ...(says.length === 0 ? [] : [`import { ${says.map((said) => said.name).join(', ')} } from '@petrel/contracts'`]),
    "import { endpoint } from '@petrel/messaging'",
    ...handlers.toSorted().map((handler) => `import { ${handler} } from './${handler}.ts'`),
    '',
    `export const ${camelCase(name)} = endpoint({`,
    `  name: '${name}',`,
    `  handlers: [${handlers.join(', ')}],`,
    ...(says.length === 0 ? [] : [`  produces: [${says.map((said) => said.name).join(', ')}],`]),
    '})',
    '',
  ].join('\n')
}

const mainText = ({ name }: NewService): string => `import { run } from '@petrel/messaging'
import { ${camelCase(name)} } from './endpoint.ts'

await run(${camelCase(name)}, process.env)
`

function handlerText(service: NewService, heard: Heard): string {
  const { says } = service
  const { key } = heard.type
  const imports = [heard.name, ...says.map(({ name }) => name)].toSorted()
  const context = ['message', 'insert', ...(says.length > 0 ? ['publish'] : [])]
  return `import { ${imports.join(', ')} } from '@petrel/contracts'
import { handler } from '@petrel/messaging'
import { heard } from './heard.ts'

/** ${capital(wordsOf(service.name).join(' '))} keeps what it heard. What it decides about it belongs here. */
export const ${fileOf(service, heard)} = handler(${heard.name}, ({ ${key} }, { ${context.join(', ')} }) => {
  insert(heard, { message_id: message.id, message: message.type.fullName, ${columnOf(service)}: ${key}, sent_at: message.time })
${says.map(({ name, key: about }) => `  publish(${name}({ ${about === key ? key : `${about}: ${key}`} }))\n`).join('')}})
`
}

function testText(service: NewService, heard: Heard): string {
  const { says } = service
  const { key, fullName } = heard.type
  const about = exampleText(key)
  const imports = [heard.name, ...says.map(({ name }) => name)].toSorted()
  const published = says.map(({ name, key: of }) => `${name}({ ${of}: '${about}' })`)
  return `import { ${imports.join(', ')} } from '@petrel/contracts'
import { receive } from '@petrel/messaging/testing'
import { expect, test } from 'vitest'
import { ${camelCase(service.name)} } from './endpoint.ts'

const message = { id: '0195a3c2-7d4e-7b1a-9c3d-5e6f7a8b9c0d', time: new Date('2026-03-01T10:00:00Z') }

test('${wordsOf(service.name).join(' ')} keeps every ${fullName} that it hears', async () => {
  const heard = ${exampleMessage(heard.name, heard.type)}
  const { inserted${says.length > 0 ? ', published' : ''} } = await receive(${camelCase(service.name)}, heard, { message })
  const row = { message_id: message.id, message: '${fullName}', ${columnOf(service)}: '${about}', sent_at: message.time }
  expect(inserted).toEqual([{ table: 'heard', row }])
${says.length > 0 ? `  expect(published).toEqual([${published.join(', ')}])\n` : ''}})
`
}

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)
const list = (words: readonly string[]) => new Intl.ListFormat('en').format(words)
