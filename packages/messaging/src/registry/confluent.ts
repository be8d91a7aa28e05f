import type { AvroSchema } from '../definition/message.ts'
import { IncompatibleSchema, type Registry, RegistryUnavailable } from './port.ts'

export interface ConfluentRegistryOptions {
  /** Where the API begins, without a slash at the end; Apicurio's is `http://host:port/apis/ccompat/v7`. */
  readonly url: string
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMs?: number
}

/** What the API says besides the HTTP status; only its own 404 means "there is none", any other comes from a wrong address. */
interface Fault {
  readonly error_code?: number
  readonly message?: string
}

interface Answer {
  readonly url: string
  readonly status: number
  readonly body: unknown
}

/**
 * A registry with Confluent's REST API, for example Confluent's own, Apicurio or Karapace
 * (https://docs.confluent.io/platform/current/schema-registry/develop/api.html).
 * Asked by plain fetch: docs/decisions/0005-avro-and-registry.md says why.
 */
export function confluentRegistry({ url, timeoutMs = 5_000 }: ConfluentRegistryOptions): Registry {
  const base = url.replace(/\/+$/, '')
  const ask = (method: string, path: string, body?: object) => answer(`${base}${path}`, method, body, timeoutMs)
  // Apicurio (2.6) answers 409 also to the slower of two who change the same thing at once; to be told why, ask again.
  const change = async (method: string, path: string, body: object) => {
    const first = await ask(method, path, body)
    return first.status === 409 ? ask(method, path, body) : first
  }
  const of = encodeURIComponent

  return {
    async register(subject, schema) {
      // Before the first version, and each time: whoever was interrupted in between would leave a subject that takes anything.
      expectOk(await change('PUT', `/config/${of(subject)}`, { compatibility: 'FULL_TRANSITIVE' }))
      const reply = await change('POST', `/subjects/${of(subject)}/versions`, asText(schema))
      if (reply.status === 409 || reply.status === 422)
        throw new IncompatibleSchema(`The registry refuses the schema for ${subject}: ${reason(reply)}. ${whatToDo}`)
      return idIn(reply)
    },

    async idOf(subject, schema) {
      const reply = await ask('POST', `/subjects/${of(subject)}`, asText(schema))
      return isAbsent(reply) ? undefined : idIn(reply)
    },

    async schemaOf(id) {
      const reply = await ask('GET', `/schemas/ids/${id}`)
      return isAbsent(reply) ? undefined : schemaIn(reply)
    },
  }
}

const whatToDo =
  'Change a schema only so that old and new can read each other: add or remove fields that have a default, nothing else. For another meaning, make another message.'

// The registry compares texts: a schema is found only in the words in which it was registered, its docs included.
const asText = (schema: AvroSchema) => ({ schema: JSON.stringify(schema) })

async function answer(url: string, method: string, body: object | undefined, timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/vnd.schemaregistry.v1+json',
        accept: 'application/vnd.schemaregistry.v1+json, application/json',
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
    return { url, status: response.status, body: json(await response.text()) }
  } catch (error) {
    const why = (error as Error).cause ?? error
    throw new RegistryUnavailable(`The schema registry at ${url} does not answer: ${(why as Error).message}`, { cause: error })
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { message: text.slice(0, 200) }
  }
}

/** Subject (40401), version (40402) or schema (40403) not found. */
const isAbsent = ({ status, body }: Answer): boolean =>
  status === 404 && [40401, 40402, 40403].includes((body as Fault).error_code ?? 0)

function expectOk(reply: Answer): Readonly<Record<string, unknown>> {
  if (reply.status === 200 && typeof reply.body === 'object' && reply.body !== null) return { ...reply.body }
  throw new RegistryUnavailable(`${reply.url} answered with status ${reply.status}: ${reason(reply)}`)
}

function idIn(reply: Answer): number {
  const { id } = expectOk(reply)
  if (typeof id === 'number') return id
  throw new RegistryUnavailable(`${reply.url} answered without an id: ${reason(reply)}. Is it a schema registry?`)
}

function schemaIn(reply: Answer): AvroSchema | undefined {
  const { schema, schemaType = 'AVRO' } = expectOk(reply)
  if (typeof schema !== 'string')
    throw new RegistryUnavailable(`${reply.url} answered without a schema: ${reason(reply)}. Is it a schema registry?`)
  return schemaType === 'AVRO' ? (JSON.parse(schema) as AvroSchema) : undefined
}

const reason = ({ body }: Answer): string => (body as Fault | null)?.message ?? 'no reason given'
