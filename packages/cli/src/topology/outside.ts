import { parse } from 'yaml'
import { z } from 'zod'

/** Somebody outside the bus whom a service calls. */
export interface Call {
  readonly from: string
  readonly to: string
  /** The protocol: HTTP, SMTP; undefined when no setting has an address of it. */
  readonly by: string | undefined
}

/** The part of a service's values that says so. */
const schema = z.object({
  env: z.record(z.string(), z.string()).default({}),
  networkPolicy: z.object({ egress: z.array(z.object({ name: z.string() })).default([]) }).default({ egress: [] }),
})

/** Whom a service may call: where its network policy lets it go, beside Kafka, registry and database. */
export function callsOf(from: string, values: string): Call[] {
  const { env, networkPolicy } = schema.parse(parse(values) ?? {})
  return networkPolicy.egress.map(({ name }) => ({ from, to: name, by: protocolTo(name, Object.values(env)) }))
}

/** `smtp://{{ .Release.Name }}-mailbox:1025` leads to the mailbox, by SMTP. */
function protocolTo(name: string, addresses: readonly string[]): string | undefined {
  const address = addresses.find((each) => new RegExp(`^[a-z]+://([^/]*-)?${name}(:|/|$)`).test(each))
  return address?.slice(0, address.indexOf(':')).toUpperCase()
}
