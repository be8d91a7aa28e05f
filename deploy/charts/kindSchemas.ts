/** As much of an OpenAPI 2 schema as a Kubernetes server writes. */
export interface OpenApi {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly items?: OpenApi
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, OpenApi>>
  readonly additionalProperties?: OpenApi | boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-group-version-kind'?: readonly Kind[]
  readonly [key: string]: unknown
}
interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
}
type Definitions = Readonly<Record<string, OpenApi>>
type JsonSchema = Readonly<Record<string, unknown>>

const prefix = '#/definitions/'
const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
/** What of a field is checked. */
const kept = ['type', 'enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'required']

/**
 * JSON schemas of kinds, each whole in itself, by the file name that kubeconform looks for. They are strict: a field that the
 * server does not know is an error, while the server itself would drop it in silence.
 * @throws Error naming kinds that the server does not have
 */
export function kindSchemas(definitions: Definitions, kinds: ReadonlySet<string>): ReadonlyMap<string, JsonSchema> {
  const files = new Map<string, JsonSchema>()
  for (const [name, definition] of Object.entries(definitions)) {
    for (const kind of definition['x-kubernetes-group-version-kind'] ?? []) {
      if (kinds.has(apiKind(kind))) files.set(fileName(kind), whole(definitions, name))
    }
  }
  if (files.size < kinds.size)
    throw new Error(`The cluster does not have all of: ${[...kinds].join(', ')}. Install what makes them.`)
  return files
}

const apiKind = ({ group, version, kind }: Kind) => `${group === '' ? '' : `${group}/`}${version}/${kind}`

/** For example deployment-apps-v1.json, service-v1.json. */
const fileName = ({ group, version, kind }: Kind) =>
  `${[kind, ...(group === '' ? [] : [group.split('.')[0]]), version].join('-').toLowerCase()}.json`

/** A definition with all that it refers to. */
function whole(definitions: Definitions, name: string): JsonSchema {
  const needed: Record<string, JsonSchema> = {}
  const open = [name]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (needed[next] !== undefined) continue
    needed[next] = next === quantity ? { type: ['string', 'number'] } : strict(definitions[next] ?? {})
    open.push(...referred(definitions[next] ?? {}))
  }
  return { $ref: prefix + name, definitions: needed }
}

function referred(schema: OpenApi): string[] {
  const inside = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})]
  const here = schema.$ref === undefined ? [] : [schema.$ref.slice(prefix.length)]
  return [...here, ...inside.flatMap((each) => (typeof each === 'object' ? referred(each) : []))]
}

function strict(schema: OpenApi): JsonSchema {
  if (schema.$ref !== undefined) return { $ref: schema.$ref }
  if (schema.format === 'int-or-string' || schema['x-kubernetes-int-or-string']) return { type: ['string', 'integer'] }
  return {
    ...Object.fromEntries(kept.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]]))),
    ...(schema.items && { items: strict(schema.items) }),
    ...(schema.properties ? closed(schema, schema.properties) : open(schema)),
  }
}

const closed = (schema: OpenApi, properties: Readonly<Record<string, OpenApi>>): JsonSchema => ({
  properties: Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, strict(property)])),
  additionalProperties: schema['x-kubernetes-preserve-unknown-fields'] === true,
})

const open = ({ additionalProperties }: OpenApi): JsonSchema =>
  typeof additionalProperties === 'object' ? { additionalProperties: strict(additionalProperties) } : {}
