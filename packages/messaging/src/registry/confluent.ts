import type { AvroSchema } from '../definition/message.ts'
import { IncompatibleSchema, NotAvro, type Registry, RegistryUnavailable } from './port.ts'

export interface ConfluentRegistryOptions {
  /** Where the API begins, without a slash at the end; Apicurio's is `http://host:port/apis/ccompat/v7`. */
  readonly url: string
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMs?: number
}

interface Answer {
  readonly url: string
  readonly status: number
  readonly body: unknown
  /** Whether it was longer than what is read of an answer. */
  readonly isCut: boolean
}

/**
 * A registry with Confluent's REST API, for example Confluent's own, Apicurio or Karapace
 * (https://docs.confluent.io/platform/current/schema-registry/develop/api.html).
 * Asked by plain fetch: the reason is in docs/decisions/0005-avro-and-registry.md.
 */
export function confluentRegistry({ url, timeoutMs = 5_000 }: ConfluentRegistryOptions): Registry {
  const base = url.replace(/\/+$/, '')
  const ask = (method: string, path: string, body?: object) => answer(`${base}${path}`, method, body, timeoutMs)
  // Apicurio (2.6) answers 409 also to the slower of two who change the same thing at once; the second answer is the true one.
  const change = async (method: string, path: string, body: object) => {
    const first = await ask(method, path, body)
    return first.status === 409 ? ask(method, path, body) : first
  }
  const of = encodeURIComponent

  return {
    async register(subject, schema) {
      // Before the first version, and each time: an interruption in between would leave a subject that takes anything.
      expectOk(await change('PUT', `/config/${of(subject)}`, { compatibility: 'FULL_TRANSITIVE' }))
      const reply = await change('POST', `/subjects/${of(subject)}/versions`, asText(schema))
      if (reply.status === 409 || reply.status === 422)
        throw new IncompatibleSchema(`The registry refuses the schema for ${subject}: ${faultIn(reply).message}. ${whatToDo}`)
      return idIn(reply)
    },

    async idOf(subject, schema) {
      const reply = await ask('POST', `/subjects/${of(subject)}`, asText(schema))
      return isAbsent(reply) ? undefined : idIn(reply)
    },

    async schemaOf(id) {
      const reply = await ask('GET', `/schemas/ids/${id}`)
      return isAbsent(reply) || isAboutTheId(reply) ? undefined : schemaIn(reply)
    },

    async latestOf(subject) {
      const reply = await ask('GET', `/subjects/${of(subject)}/versions/latest`)
      return isAbsent(reply) ? undefined : { id: idIn(reply), schema: schemaIn(reply) }
    },

    async remove(subject) {
      // Confluent's wants two steps: the first hides the versions, the second deletes them. Apicurio has nothing left to do in the second.
      const reply = await ask('DELETE', `/subjects/${of(subject)}`)
      const rest = await ask('DELETE', `/subjects/${of(subject)}?permanent=true`)
      for (const each of [reply, rest]) if (!isAbsent(each)) expectOk(each)
      return !isAbsent(reply)
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
    const { text, isCut } = await beginningOf(response)
    return { url, status: response.status, body: json(text), isCut }
  } catch (error) {
    const why = (error as Error).cause ?? error
    throw new RegistryUnavailable(`The schema registry at ${url} does not answer: ${(why as Error).message}`, { cause: error })
  }
}

/** Registries of Confluent's kind keep each schema in a Kafka record of at most one megabyte; no message needs more. */
const maxAnswerBytes = 4 * 1024 * 1024

async function beginningOf({ body }: Response): Promise<{ text: string; isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxAnswerBytes) break
  }
  return { text: Buffer.concat(chunks).toString(), isCut: bytes > maxAnswerBytes }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { message: text.slice(0, 200) }
  }
}

/** What the API says besides the HTTP status: a code of its own, and words. */
function faultIn({ body }: Answer): { readonly code: number | undefined; readonly message: string } {
  const { error_code: code, message } = fieldsOf(body)
  return {
    code: typeof code === 'number' ? code : undefined,
    message: typeof message === 'string' ? message : 'no reason given',
  }
}

/**
 * Subject (40401), version (40402) or schema (40403) not found. Any other 404 comes from a wrong address: Apicurio's
 * and Confluent's have the code 404.
 */
const isAbsent = (reply: Answer): boolean => reply.status === 404 && [40401, 40402, 40403].includes(faultIn(reply).code ?? 0)

/** What is said about us, or about the registry's own state: who may ask, how, and how often. */
const notAboutAnId = new Set([401, 403, 404, 405, 406, 407, 408, 415, 429])

/** The registry has understood the question, and this id is nothing to it: that is about the record that names it. */
const isAboutTheId = (reply: Answer): boolean =>
  reply.status >= 400 && reply.status < 500 && !notAboutAnId.has(reply.status) && faultIn(reply).code !== undefined

function expectOk(reply: Answer): Readonly<Record<string, unknown>> {
  if (reply.status === 200 && typeof reply.body === 'object' && reply.body !== null) return fieldsOf(reply.body)
  throw new RegistryUnavailable(`${reply.url} answered with status ${reply.status}: ${faultIn(reply).message}`)
}

function idIn(reply: Answer): number {
  const { id } = expectOk(reply)
  if (typeof id === 'number') return id
  throw new RegistryUnavailable(`${reply.url} answered without an id: ${faultIn(reply).message}. Is it a schema registry?`)
}

function schemaIn(reply: Answer): AvroSchema {
  if (reply.status === 200 && reply.isCut) throw new NotAvro(`it is larger than ${maxAnswerBytes} bytes`)
  const { schema, schemaType = 'AVRO' } = expectOk(reply)
  if (typeof schema !== 'string')
    throw new RegistryUnavailable(`${reply.url} answered without a schema: ${faultIn(reply).message}. Is it a schema registry?`)
  if (schemaType !== 'AVRO') throw new NotAvro(`it is ${String(schemaType).slice(0, 40)}`)
  try {
    return JSON.parse(schema) as AvroSchema
  } catch (error) {
    throw new NotAvro(`it is not JSON: ${(error as Error).message}`, { cause: error })
  }
}

const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null ? { ...body } : {}
