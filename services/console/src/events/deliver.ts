import type { Log } from '@petrel/messaging'
import { requestTo } from '@petrel/messaging/connections'
import type { Pool } from 'pg'
import { transaction } from '../store/transaction.ts'
import { signedHeaders } from './signature.ts'
import type { Webhook } from './webhooks.ts'

/** Writes down who is to be told, as the settings say: of events from now on. Who is no longer among them is forgotten. */
export async function setWebhooks(pool: Pool, webhooks: readonly Webhook[]): Promise<void> {
  await transaction(pool, async ({ tx }) => {
    await tx.query('delete from webhook where url <> all($1)', [webhooks.map(({ url }) => url)])
    for (const { url, kinds = null } of webhooks)
      await tx.query('insert into webhook (url, kinds) values ($1, $2) on conflict (url) do update set kinds = excluded.kinds', [
        url,
        kinds,
      ])
  })
}

/** One that answers slower than that has not got it. */
const patienceMs = 5_000
/** So long nobody else delivers what is being delivered; after a crash it is delivered again then. */
const leaseSeconds = 30
const batchSize = 20
/** Tries, in about two days. */
const mostAttempts = 20
/** Of what waits for one receiver the oldest are given up: it is away, and what happened then is old. */
const mostWaiting = 1_000

interface Delivery {
  readonly url: string
  readonly attempts: number
  readonly id: string
  readonly event: object
}

/**
 * Tells those who want to know what has happened: each event at least once, and the same `webhook-id` for all tries. Who does not
 * answer with 2xx is told again, later and later.
 * @returns whether more may be due now
 */
export async function deliverDue(pool: Pool, webhooks: readonly Webhook[], log: Log): Promise<boolean> {
  const due = await lease(pool)
  await Promise.all(
    due.map((delivery) =>
      deliver(
        pool,
        webhooks.find(({ url }) => url === delivery.url),
        delivery,
        log,
      ),
    ),
  )
  return due.length === batchSize
}

/** Takes what is due, so that no other console does. */
async function lease(pool: Pool): Promise<Delivery[]> {
  const { rows } = await pool.query<Delivery>(
    `with due as (
       select url, event_id from webhook_delivery where due_at <= now() order by due_at, event_id limit $1 for update skip locked
     ), taken as (
       update webhook_delivery as delivery set attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
       from due where delivery.url = due.url and delivery.event_id = due.event_id
       returning delivery.url, delivery.event_id, attempts
     )
     select url, attempts, event.id, json_build_object(
       'id', event.id::text, 'at', event.at, 'kind', kind, 'endpoint', endpoint, 'text', text, 'severity', severity, 'link', link
     ) as event
     from taken join event on event.id = taken.event_id order by event.id`,
    [batchSize, leaseSeconds],
  )
  return rows
}

async function deliver(pool: Pool, webhook: Webhook | undefined, delivery: Delivery, log: Log): Promise<void> {
  const { url, id, attempts } = delivery
  // Another console has newer settings than this one, or older ones: it is due again when the lease is over.
  if (webhook === undefined) return
  const problem = await post(webhook, delivery)
  if (problem !== undefined && attempts < mostAttempts) {
    const { origin } = new URL(url)
    if (attempts === 1) log.warn({ receiver: origin, problem }, 'a webhook was not taken; it is sent again, later and later')
    await pool.query('update webhook_delivery set due_at = now() + make_interval(secs => $3) where url = $1 and event_id = $2', [
      url,
      id,
      pauseSeconds(attempts),
    ])
    return
  }
  if (problem !== undefined)
    log.error({ receiver: new URL(url).origin, event: id, problem }, 'a webhook was never taken: given up')
  await pool.query('delete from webhook_delivery where url = $1 and event_id = $2', [url, id])
}

/** 2 s, 4 s, 8 s … up to four hours. */
export const pauseSeconds = (attempts: number): number => Math.min(4 * 60 * 60, 2 ** attempts)

/** @returns what was wrong; undefined when it was taken */
async function post({ url, secret }: Webhook, { id, event }: Delivery): Promise<string | undefined> {
  const body = JSON.stringify(event)
  const receiver = requestTo(url)
  const headers = signedHeaders(`event-${id}`, Math.floor(Date.now() / 1000), body, secret)
  try {
    const response = await fetch(receiver.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'petrel-console', ...receiver.headers, ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `it answered ${response.status}`
  } catch (error) {
    const { message, cause } = error as Error
    return cause instanceof Error ? `${message}: ${cause.message}` : message
  }
}

/** Gives up the oldest of what waits for a receiver that does not take it. */
export async function boundDeliveries(pool: Pool, log: Log): Promise<void> {
  const { rowCount } = await pool.query(
    `delete from webhook_delivery as delivery using (
       select url, event_id, row_number() over (partition by url order by event_id desc) as number from webhook_delivery
     ) as numbered
     where numbered.url = delivery.url and numbered.event_id = delivery.event_id and number > $1`,
    [mostWaiting],
  )
  if (rowCount) log.error({ events: rowCount }, 'webhooks are not taken: the oldest events are not told any more')
}
