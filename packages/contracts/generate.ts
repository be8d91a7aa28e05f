import { type AvroNode, type AvroType, isEnum, isNode, isRecord, isUnion, places, type SchemaFile, shapeOf } from './avro.ts'

const header = '// Generated from schemas/, do not edit: change the schema, then run `npm run contracts`.\n'

/** A TypeScript declaration made of a schema, and the shape that it declares. */
interface Declaration {
  readonly name: string
  readonly isMessage: boolean
  readonly shape: string
  readonly text: string
}

/**
 * Makes the TypeScript of all contracts: a module for each owner, and an index over them.
 * @returns file name → text. @throws Error when two schemas of one owner define one name differently.
 */
export function generate(schemas: readonly SchemaFile[]): Map<string, string> {
  const owners = Map.groupBy(schemas, ({ schema }) => schema.namespace ?? '')
  const declared = new Map([...owners].map(([owner, files]) => [owner, declarations(owner, files)]))
  const modules = [...declared].map(([owner, all]): [string, string] => [`${owner}.ts`, moduleText(all)])
  return new Map([...modules, ['index.ts', indexText(declared)]])
}

function moduleText(declarations: readonly Declaration[]): string {
  const makers = ['command', 'event', 'timeout'].filter((kind) => declarations.some(({ text }) => text.includes(` = ${kind}<`)))
  const texts = declarations.map(({ text }) => text)
  return `${header}import { ${makers.join(', ')} } from '@petrel/messaging'\n\n${texts.join('\n')}`
}

function declarations(owner: string, files: readonly SchemaFile[]): Declaration[] {
  const named = new Map<string, Declaration>()
  for (const { file, schema } of files)
    for (const { path, type } of places(schema)) {
      if (!isRecord(type) && !isEnum(type)) continue
      const declaration = declare(type, path.length === 0)
      const known = named.get(type.name)
      if (known !== undefined && known.shape !== declaration.shape)
        throw new Error(
          `${file}: ${owner}.${type.name} is defined differently in another schema of ${owner}. Choose another name.`,
        )
      if (known === undefined) named.set(type.name, declaration)
    }
  return [...named.values()].toSorted((one, other) => Number(other.isMessage) - Number(one.isMessage))
}

function declare(type: AvroNode & { name: string }, isMessage: boolean): Declaration {
  const text = isMessage ? `${interfaceText(type)}${constText(type)}` : isEnum(type) ? enumText(type) : interfaceText(type)
  return { name: type.name, isMessage, shape: shapeOf(type), text }
}

function interfaceText(record: AvroNode & { name: string }): string {
  const fields = (record.fields ?? []).map(
    ({ name, doc, type }) => `${comment(doc, '  ')}  readonly ${name}: ${typescriptType(type)}\n`,
  )
  return `${comment(record.doc)}export interface ${record.name} {\n${fields.join('')}}\n`
}

const enumText = (type: AvroNode & { name: string }): string =>
  `${comment(type.doc)}export type ${type.name} = ${(type.symbols ?? []).map((symbol) => `'${symbol}'`).join(' | ')}\n`

function constText(schema: AvroNode & { name: string }): string {
  const { name, namespace: owner = '', kind, key } = schema
  return [
    `export const ${name} = ${kind}<${name}>({`,
    `  fullName: '${owner}.${name}',`,
    `  owner: '${owner}',`,
    `  topic: '${topicOf(owner, name)}',`,
    `  key: '${key}',`,
    `  schema: ${literal(schema, '  ')},`,
    '})\n',
  ].join('\n')
}

/** `sales`, `OrderPlaced` → `sales.order-placed`. */
export const topicOf = (owner: string, message: string): string =>
  `${owner}.${message.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase()}`

const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
}

/** How a value of an Avro type looks in TypeScript. */
export function typescriptType(type: AvroType): string {
  if (isUnion(type)) return type.map(typescriptType).join(' | ')
  if (!isNode(type)) return primitives[type] ?? type.slice(type.lastIndexOf('.') + 1)
  if (isRecord(type) || isEnum(type)) return type.name
  if (type.logicalType === 'timestamp-millis') return 'Date'
  if (type.items !== undefined) return `readonly ${grouped(type.items)}[]`
  if (type.values !== undefined) return `Readonly<Record<string, ${typescriptType(type.values)}>>`
  return typescriptType(type.type)
}

function grouped(type: AvroType): string {
  const text = typescriptType(type)
  return text.includes(' ') ? `(${text})` : text
}

const comment = (doc: string | undefined, indent = ''): string =>
  doc === undefined ? '' : `${indent}/** ${doc.replaceAll('*/', '*\\/')} */\n`

/** JSON with as much on a line as fits, so that a changed field is a changed line. */
function literal(value: unknown, indent: string): string {
  const line = onOneLine(value)
  if (indent.length + line.length <= 120 || typeof value !== 'object' || value === null) return line
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const parts = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${literal(item, inner)}`)
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${onOneLine(item)}`)
    .join(', ')} }`
}

/** Exports a name once when all owners mean the same by it; otherwise each with its owner in front. */
function indexText(owners: ReadonlyMap<string, readonly Declaration[]>): string {
  const everywhere = [...owners].flatMap(([owner, all]) => all.map((declaration) => ({ owner, ...declaration })))
  const byName = Map.groupBy(everywhere, ({ name }) => name)
  const lines = [...byName.values()].flatMap((same) => {
    const clash = same.some(({ shape }) => shape !== same[0]?.shape)
    return (clash ? same : same.slice(0, 1)).map(({ owner, name, isMessage }) => {
      const exported = clash ? `${name} as ${pascal(owner)}${name}` : name
      return `export ${isMessage ? '' : 'type '}{ ${exported} } from './${owner}.ts'\n`
    })
  })
  return header + lines.join('')
}

const pascal = (owner: string): string => owner.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
