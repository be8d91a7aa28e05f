import { z } from 'zod'
import type { NewEvent } from '../events/event.ts'

const kind = z.enum(['command', 'event', 'timeout'])

const definitionSchema = z.object({
  handles: z.array(z.object({ type: z.string(), topic: z.string(), kind, handler: z.string(), saga: z.string().optional() })),
  produces: z.array(z.object({ type: z.string(), topic: z.string(), kind })),
  delayed: z.array(z.string()),
  partitions: z.number().int(),
  groups: z.array(z.object({ group: z.string(), topics: z.array(z.string()) })),
})

/** What an endpoint says that it handles and produces; topics and groups have their prefix. */
export type Definition = z.infer<typeof definitionSchema>

/** @returns undefined for what is no definition: another version of the library, or another one, has written it */
export function readDefinition(json: string | null): Definition | undefined {
  if (json === null) return undefined
  try {
    return definitionSchema.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}

/** An endpoint that hears or says other messages than before has become another one, in its next version. */
export function definitionNews(endpoint: string, before: Definition, after: Definition, at: number): NewEvent[] {
  const changes = [
    ...listed('now handles', missing(after.handles, before.handles)),
    ...listed('no longer handles', missing(before.handles, after.handles)),
    ...listed('now produces', missing(after.produces, before.produces)),
    ...listed('no longer produces', missing(before.produces, after.produces)),
  ]
  if (changes.length === 0) return []
  const link = `/endpoints/${encodeURIComponent(endpoint)}`
  const text = `${endpoint} ${changes.join('; ')}`
  return [{ at, kind: 'endpoint-changed', severity: 'info', endpoint, text, link, name: `endpoint-changed:${endpoint}:${at}` }]
}

type Typed = readonly { readonly type: string }[]

const missing = (some: Typed, others: Typed): string[] => [
  ...new Set(some.map(({ type }) => type).filter((type) => !others.some((other) => other.type === type))),
]

const listed = (what: string, types: readonly string[]) => (types.length === 0 ? [] : [`${what} ${types.join(', ')}`])
