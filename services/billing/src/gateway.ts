import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { noTlsSettings, requestTo, tlsOptions, tlsRefusal, type TlsSettings } from '@petrel/messaging/connections'
import { Postpone, traced, Unrecoverable } from '@petrel/messaging'
import { z } from 'zod'

/** What is charged or given back. */
export interface Amount {
  readonly orderId: string
  /** Minor units. */
  readonly amountCents: number
  readonly currency: string
}

export type ChargeAnswer =
  | { readonly outcome: 'charged'; readonly chargeId: string }
  | { readonly outcome: 'declined'; readonly reason: string }

/** It takes fewer requests than come. */
export class GatewayBusy extends Postpone {}

/** The payment gateway: not ours, and reached by HTTP. Asking twice for the same order moves money once. */
export interface Gateway {
  /** @throws GatewayBusy, Postpone when the gateway is away, Unrecoverable when it refuses the request as wrong */
  charge(amount: Amount): Promise<ChargeAnswer>
  /** @throws as `charge` does */
  refund(amount: Amount): Promise<{ readonly refundId: string }>
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | undefined
}

const charged = z.object({ chargeId: z.string() })
const declined = z.object({ reason: z.string() })
const refunded = z.object({ refundId: z.string() })

/** A way to the gateway at this address, which may have a user and a password in it; it waits `timeoutMs` for each answer. */
export function gatewayAt(address: string, timeoutMs: number, tls = noTlsSettings('PAYMENT_GATEWAY_SSL')): Gateway {
  const { url, headers } = requestTo(address)
  const agent = agentFor(url, tls)
  const ask = (path: string, idempotencyKey: string, body: Amount) =>
    request({ url: new URL(path, url), headers, timeoutMs, agent: agent(), tls }, idempotencyKey, body)
  return {
    async charge(amount) {
      const answer = await ask('/charges', amount.orderId, amount)
      if (answer.status === 402) return { outcome: 'declined', reason: declined.parse(JSON.parse(answer.body)).reason }
      refuseFailure(answer, `charge order ${amount.orderId}`)
      return { outcome: 'charged', chargeId: charged.parse(JSON.parse(answer.body)).chargeId }
    },
    async refund(amount) {
      const answer = await ask('/refunds', `${amount.orderId}/refund`, amount)
      refuseFailure(answer, `refund order ${amount.orderId}`)
      return refunded.parse(JSON.parse(answer.body))
    },
  }
}

/** Connections are kept open: Node's agents do so by themselves. When the files of TLS change there are new ones. */
function agentFor(url: URL, tls: TlsSettings): () => http.Agent {
  if (url.protocol !== 'https:') return () => http.globalAgent
  const options = tlsOptions(tls)
  let agent: https.Agent | undefined
  return () => {
    const now = options()
    if (agent?.options.secureContext !== now.secureContext) agent = new https.Agent({ keepAlive: true, ...now })
    return agent ?? https.globalAgent
  }
}

/** What a header can carry and a server reads: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
const possibleKey = /^[\x21-\x7e]{1,200}$/

/** Where it goes, and over which connections. */
interface Way {
  readonly url: URL
  /** By which it knows us. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly agent: http.Agent
  readonly tls: TlsSettings
}

async function request(way: Way, idempotencyKey: string, body: Amount): Promise<Answer> {
  // Sent all the same, it would fail as if the gateway were away, and be asked again for ever.
  if (!possibleKey.test(idempotencyKey))
    throw new Unrecoverable(
      `"${idempotencyKey.slice(0, 100)}" cannot be an idempotency key. Correct the order's id, then replay it.`,
    )
  const { url, timeoutMs, agent, tls } = way
  try {
    const headers = { ...way.headers, 'content-type': 'application/json', 'idempotency-key': idempotencyKey }
    return await tracedPost(url, { agent, headers, signal: AbortSignal.timeout(timeoutMs) }, JSON.stringify(body))
  } catch (error) {
    const refusal = tlsRefusal(error, tls)
    if (refusal !== undefined) throw new Postpone(untilMended, `the payment gateway does not let us in: ${refusal}`)
    throw new Postpone(outage, `no answer from ${url.href}: ${reasonOf(error)}`)
  }
}

/** What the gateway does is in the trace of the order. */
function tracedPost(
  url: URL,
  options: Pick<http.RequestOptions, 'agent' | 'signal'> & { readonly headers: Readonly<Record<string, string>> },
  body: string,
): Promise<Answer> {
  const attributes = {
    'http.request.method': 'POST',
    'server.address': url.hostname,
    'server.port': Number(url.port),
    'url.full': url.href,
  }
  return traced('POST', { kind: 'client', attributes }, async (span) => {
    const answer = await post(url, { ...options, headers: { ...options.headers, ...span.headers } }, body)
    span.set('http.response.status_code', answer.status)
    return answer
  })
}

/** With `fetch` a charge costs three times the CPU. */
function post(url: URL, options: http.RequestOptions, body: string): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, method: 'POST' }, (response) => {
      const { statusCode: status = 0, headers: answered } = response
      text(response).then((said) => resolve({ status, body: said, retryAfter: answered['retry-after'] }), reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** How long an order waits when the gateway is away: an outage may take hours, and asking every two seconds costs nothing. */
const outage = '2s'

/** A closed door is for a person, and many refused logins lock an account. */
const untilMended = '1m'

/**
 * An outage is nobody's order: whatever says "the gateway is away" (no connection, no answer, 502 to 504) postpones, so
 * that no order ends in the dead letter topic for it; so does a gateway that does not know who asks. A plain 500 may be this order's own fault and counts as a failure.
 */
function refuseFailure({ status, body, retryAfter }: Answer, attempt: string): void {
  if (status >= 200 && status < 300) return
  const said = `The payment gateway did not ${attempt}: ${status} ${body.slice(0, 500)}`
  if (status === 401) throw new Postpone(untilMended, `${said}. Check the user and the password in PAYMENT_GATEWAY_URL.`)
  if (status === 429) throw new GatewayBusy(secondsToMs(retryAfter), said)
  if (status >= 502 && status <= 504) throw new Postpone(outage, said)
  if (status >= 500) throw new Error(said)
  throw new Unrecoverable(`${said}. Asking again would get the same answer: correct the message, then replay it.`)
}

/** Retry-After in seconds (RFC 9110, 10.2.3); the other form, a date, is taken as one second, as is none. */
const secondsToMs = (retryAfter: string | undefined): number =>
  retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Math.max(Number(retryAfter), 1) * 1_000 : 1_000

/** When no address of a name answers, Node says why of each in `errors`, and nothing in `message`. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
