import { type Door, door } from '../connections/door.ts'
import { httpClient } from '../connections/http.ts'
import { NotLetIn } from '../connections/notLetIn.ts'
import { registryAt, type RegistryConnection, type RegistryLogin } from '../connections/registrySettings.ts'
import { noTlsSettings } from '../connections/tls.ts'
import { tlsRefusal } from '../connections/tlsRefusal.ts'
import { basicAuthorization } from '../connections/urlLogin.ts'
import type { AvroSchema } from '../definition/message.ts'
import { type Log, silentLog } from '../log.ts'
import { IncompatibleSchema, NotAvro, type Registry, RegistryUnavailable } from './port.ts'
import { standingAlone } from './references.ts'

export interface ConfluentRegistryOptions extends RegistryConnection {
  /** Where the API begins; Apicurio's is `http://host:port/apis/ccompat/v7`. A user and a password in it are understood. */
  readonly url: string
  /** How long one answer may take, in milliseconds. */
  readonly timeoutMs?: number
  /** Is told once when it does not let us in. */
  readonly log?: Pick<Log, 'info' | 'error'>
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
 * Why it is asked without a library for it: docs/decisions/0005-avro-and-registry.md.
 */
export function confluentRegistry(options: ConfluentRegistryOptions): Registry {
  const ask = asking(options)
  // Apicurio (2.6) answers 409 also to the slower of two who change the same thing at once; the second answer is the true one.
  const change = async (method: string, path: string, body: object) => {
    const first = await ask(method, path, body)
    return first.status === 409 ? ask(method, path, body) : first
  }
  const of = encodeURIComponent
  const referenced = new Map<string, Promise<Written>>()
  /** Versions do not change: each is asked for once. */
  const referencedBy = ({ subject, version }: Reference): Promise<Written> => {
    const path = `/subjects/${of(subject)}/versions/${version}`
    const found = referenced.get(path) ?? ask('GET', path).then(writtenIn)
    referenced.set(path, found)
    found.catch(() => referenced.delete(path))
    return found
  }
  const schemaIn = async (reply: Answer) => {
    const { schema, references } = writtenIn(reply)
    return references.length === 0 ? schema : standingAlone(schema, await withTheirs(references, referencedBy))
  }

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
      return isAbsent(reply) || isAboutTheId(reply) ? undefined : await schemaIn(reply)
    },

    async latestOf(subject) {
      const reply = await ask('GET', `/subjects/${of(subject)}/versions/latest`)
      return isAbsent(reply) ? undefined : { id: idIn(reply), schema: await schemaIn(reply) }
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

/** Whether a schema registry answers there: what `GET /subjects` says. @throws RegistryUnavailable when nobody does */
export async function registryStatus(connection: RegistryConnection, timeoutMs: number): Promise<number> {
  const { status, body } = await asking({ ...connection, timeoutMs })('GET', '/subjects')
  return status === 200 && !Array.isArray(body) ? 404 : status
}

type Ask = (method: string, path: string, body?: object) => Promise<Answer>

function asking({ timeoutMs = 5_000, log = silentLog, ...connection }: ConfluentRegistryOptions): Ask {
  const { url: base, login = connection.login } = registryAt(connection.url)
  const tls = connection.tls ?? noTlsSettings('SCHEMA_REGISTRY_SSL')
  const place = new URL(base).host
  const ask = httpClient(tls)
  const ours = door({ server: 'The schema registry', credentials: [tls.ca, tls.cert, tls.key, ...credentialsIn(login)], log })

  return async (method, path, body) => {
    const url = `${base}${path}`
    try {
      ours.knock(place)
      const asked = { method, url, headers: { ...contentTypes, ...authorization(login) }, timeoutMs, maxBytes: maxAnswerBytes }
      const { status, text, isCut } = await ask({ ...asked, body: body === undefined ? undefined : JSON.stringify(body) })
      if (status === 401) throw ours.refused(place, wrongLogin(login))
      ours.opened(place)
      return { url, status, body: json(text), isCut }
    } catch (error) {
      throw unanswered(url, error, refusal(ours, place, tlsRefusal(error, tls), error))
    }
  }
}

function refusal(ours: Door, place: string, why: string | undefined, error: unknown): NotLetIn | undefined {
  if (error instanceof NotLetIn) return error
  return why === undefined ? undefined : ours.refused(place, why, error)
}

function unanswered(url: string, error: unknown, refused: NotLetIn | undefined): RegistryUnavailable {
  if (refused !== undefined) return new RegistryUnavailable(`${url}: ${refused.message}`, { cause: refused })
  // A connection that was refused on every address has its reason in the code only.
  const { message = '', code = '' } = error as { message?: string; code?: string }
  return new RegistryUnavailable(`The schema registry at ${url} does not answer: ${message || code}`, { cause: error })
}

const contentTypes = {
  'content-type': 'application/vnd.schemaregistry.v1+json',
  accept: 'application/vnd.schemaregistry.v1+json, application/json',
}

function authorization(login: RegistryLogin | undefined): Record<string, string> {
  if (login === undefined) return {}
  if ('token' in login) return { authorization: `Bearer ${login.token.read()}` }
  return { authorization: basicAuthorization(login.username.read(), login.password.read()) }
}

const credentialsIn = (login: RegistryLogin | undefined) =>
  login === undefined ? [] : 'token' in login ? [login.token] : [login.username, login.password]

function wrongLogin(login: RegistryLogin | undefined): string {
  if (login === undefined)
    return 'it wants to know who asks (401). Set SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD, or SCHEMA_REGISTRY_BEARER_TOKEN.'
  if ('token' in login) return `it does not take the token (401). Check ${login.token.variable}: it may have ended.`
  const { username, password } = login
  return `user ${username.read()} has another password there, or does not exist (401). Check ${username.variable} and ${password.variable}.`
}

/** Registries of Confluent's kind keep each schema in a Kafka record of at most one megabyte; no message needs more. */
const maxAnswerBytes = 4 * 1024 * 1024

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

/** Where a named type is that a schema uses and does not define. */
interface Reference {
  readonly subject: string
  readonly version: number
}

/** A schema as it was registered. */
interface Written {
  readonly schema: AvroSchema
  readonly references: readonly Reference[]
}

/** More than any message needs. */
const mostReferences = 200

/** The schemas that are referred to, and those that they refer to. */
async function withTheirs(
  references: readonly Reference[],
  read: (reference: Reference) => Promise<Written>,
): Promise<AvroSchema[]> {
  const found = new Map<string, AvroSchema>()
  const waiting = [...references]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const place = `${next.subject}, version ${next.version}`
    if (found.has(place)) continue
    if (found.size === mostReferences) throw new NotAvro(`it refers to more than ${mostReferences} others`)
    const { schema, references: theirs } = await read(next)
    found.set(place, schema)
    waiting.push(...theirs)
  }
  return [...found.values()]
}

function referencesIn({ references }: Readonly<Record<string, unknown>>): Reference[] {
  if (!Array.isArray(references)) return []
  return (references as unknown[]).map((reference) => {
    const { subject, version } = fieldsOf(reference)
    if (typeof subject !== 'string' || typeof version !== 'number')
      throw new NotAvro('it refers to another one without saying which')
    return { subject, version }
  })
}

function writtenIn(reply: Answer): Written {
  if (reply.status === 200 && reply.isCut) throw new NotAvro(`it is larger than ${maxAnswerBytes} bytes`)
  const { schema, schemaType = 'AVRO' } = expectOk(reply)
  if (typeof schema !== 'string')
    throw new RegistryUnavailable(`${reply.url} answered without a schema: ${faultIn(reply).message}. Is it a schema registry?`)
  if (schemaType !== 'AVRO') throw new NotAvro(`it is ${String(schemaType).slice(0, 40)}`)
  try {
    return { schema: JSON.parse(schema) as AvroSchema, references: referencesIn(fieldsOf(reply.body)) }
  } catch (error) {
    if (error instanceof NotAvro) throw error
    throw new NotAvro(`it is not JSON: ${(error as Error).message}`, { cause: error })
  }
}

const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null ? { ...body } : {}
