import type { EndpointTopology, MessageTopology, Topology } from '@petrel/messaging/operations'
import { docOf, fieldsOf } from './avroFields.ts'
import { shortName } from './shortName.ts'

const header = `# Messages

<!-- Made by \`npx petrel topology\` from the services' endpoints and from schemas/, do not edit. -->

Every message of the system, by the service that owns it: who sends it, who hears it, and what is in it. How a record looks
is in [schemas](../schemas/README.md), and the same as an AsyncAPI document in [asyncapi.json](asyncapi.json).
`

/** The catalogue of messages, and the topics and groups of each endpoint: \`docs/messages.md\`. */
export function messagesDocument({ endpoints, messages }: Topology): string {
  const owners = Map.groupBy(messages, ({ type }) => type.owner)
  const chapters = [...owners].map(([owner, own]) => `## ${owner}\n\n${own.map(section).join('\n')}`)
  return [header, contents(owners), ...chapters, groupsChapter(endpoints)].join('\n')
}

function contents(owners: ReadonlyMap<string, readonly MessageTopology[]>): string {
  return table(
    ['owner', 'messages'],
    [...owners].map(([owner, own]) => [owner, own.map(link).join(', ')]),
  )
}

const link = (message: MessageTopology) => `[${shortName(message)}](#${shortName(message).toLowerCase()})`

function section(message: MessageTopology): string {
  const { type, topic, subject, partitions, sentBy, heardBy } = message
  const facts = [
    ['kind', type.kind],
    ['sent by', sentBy.join(', ') || 'none of these services'],
    ['heard by', heardBy.join(', ') || 'none of these services'],
    ['topic', `\`${topic}\`${partitions === undefined ? '' : `, ${partitions} partitions`}`],
    ['key', `\`${type.key}\``],
    ['subject', `\`${subject}\``],
    ['schema', `[${type.owner}/${shortName(message)}.avsc](../schemas/${type.owner}/${shortName(message)}.avsc)`],
  ]
  const fields = fieldsOf(type).map(({ name, type, doc }) => [`\`${name}\``, type, doc])
  return [
    `### ${shortName(message)}\n`,
    `${docOf(type)}\n`,
    table(['', ''], facts),
    table(['field', 'type', 'meaning'], fields),
  ].join('\n')
}

const groupsText = `## Groups

Every endpoint that hears something has two consumer groups: one for messages, which is also what it is scaled by, and one for
what comes back to it. Topics of its own that nobody else reads are beside them.
`

function groupsChapter(endpoints: readonly EndpointTopology[]): string {
  const rows = endpoints.flatMap(({ plan }) =>
    plan.groups.map(({ group, topics, from }) => [`\`${group}\``, from, topics.map((topic) => `\`${topic}\``).join(', ')]),
  )
  const letters = endpoints.map(({ name, plan }) => {
    const read = new Set([...plan.owns.map(({ topic }) => topic), ...plan.groups.flatMap(({ topics }) => topics)])
    return [name, plan.topics.flatMap(({ topic }) => (read.has(topic) ? [] : [`\`${topic}\``])).join(', ')]
  })
  const waiting = table(
    ['endpoint', 'for people: dead letters, marks of those sent back, and the audit'],
    letters.filter(([, topics]) => topics !== ''),
  )
  return [groupsText, table(['group', 'begins with', 'reads'], rows), waiting].join('\n')
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${tableRow(heading)}|${'---|'.repeat(heading.length)}\n${rows.map(tableRow).join('')}`
}

const tableRow = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`
