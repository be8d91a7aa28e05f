import { httpAddress, requestTo, withoutLogin } from '@petrel/messaging/connections'
import type { Pool, PoolClient } from 'pg'
import { z } from 'zod'
import { transaction } from '../store/transaction.ts'
import type { NewEvent } from './event.ts'
import { insertEvents } from './insertEvents.ts'
import { jsonSetting } from './webhooks.ts'

const checkSchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** Asked with GET: anything but 2xx within five seconds is a failure, and the first line of the answer says why. */
  url: httpAddress,
  /** The endpoint that it is about. */
  endpoint: z.string().min(1).optional(),
  everySeconds: z.number().int().min(5).max(86_400).default(30),
})

/** Something a team wants to know besides: whether the gateway answers, or enough disk is left. */
export type Check = z.infer<typeof checkSchema>

/** A setting in JSON: `[{"name": "payment gateway", "url": "http://payment-gateway:8070/live", "endpoint": "billing"}]` */
export const checksSetting = jsonSetting(z.array(checkSchema).max(100)).refine(
  (checks) => new Set(checks.map(({ name }) => name)).size === checks.length,
  'has one name twice',
)

/** Writes down what is to be asked, as the settings say. */
export async function setChecks(pool: Pool, checks: readonly Check[]): Promise<void> {
  await transaction(pool, async ({ tx }) => {
    await tx.query('delete from custom_check where name <> all($1)', [checks.map(({ name }) => name)])
    for (const { name, url, endpoint = null, everySeconds } of checks)
      await tx.query(
        `insert into custom_check (name, url, endpoint, every_seconds) values ($1, $2, $3, $4)
         on conflict (name) do update set url = excluded.url, endpoint = excluded.endpoint, every_seconds = excluded.every_seconds`,
        [name, url, endpoint, everySeconds],
      )
  })
}

const patienceMs = 5_000
/** One failure may be a hiccup of the network. */
const failuresBeforeTold = 2

interface DueCheck {
  readonly name: string
  readonly url: string
  readonly endpoint: string | null
  readonly every_seconds: number
}

/** Asks what is due: of several consoles one asks. */
export async function runDueChecks(pool: Pool): Promise<void> {
  const { rows } = await pool.query<DueCheck>(
    `update custom_check set due_at = now() + make_interval(secs => every_seconds)
     where name in (select name from custom_check where due_at <= now() for update skip locked)
     returning name, url, endpoint, every_seconds`,
  )
  await Promise.all(
    rows.map(async (check) => {
      const problem = await ask(check.url)
      await transaction(pool, async ({ tx, changed }) => {
        const events = await writeResult(tx, check, problem)
        if ((await insertEvents(tx, events)) > 0) changed({ event: 'event', data: {} })
      })
    }),
  )
}

/** @returns what is wrong; undefined when nothing is */
async function ask(text: string): Promise<string | undefined> {
  const { url, headers } = requestTo(text)
  try {
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(patienceMs) })
    const [line = ''] = (await response.text()).split('\n', 1)
    return response.ok ? undefined : `it answered ${response.status} ${line}`.trim().slice(0, 300)
  } catch (error) {
    const { message, cause } = error as Error
    return cause instanceof Error ? cause.message : message
  }
}

async function writeResult(tx: PoolClient, { name, endpoint }: DueCheck, problem: string | undefined): Promise<NewEvent[]> {
  const { rows } = await tx.query<CheckState & { now: Date }>(
    'select passes, failures, since, now() from custom_check where name = $1 for update',
    [name],
  )
  const [row] = rows
  if (row === undefined) return []
  const { state, news } = checkAfter(row, problem, row.now)
  await tx.query('update custom_check set passes = $2, failures = $3, since = $4, checked_at = $5, detail = $6 where name = $1', [
    name,
    state.passes,
    state.failures,
    state.since,
    row.now,
    problem ?? null,
  ])
  return news ? [checkEvent(name, endpoint, problem, row.now)] : []
}

interface CheckState {
  /** Null as long as nothing is known. */
  readonly passes: boolean | null
  /** In a row. */
  readonly failures: number
  readonly since: Date | null
}

/** @returns how a check stands after an answer, and whether that is an event. That it passes for the first time is none. */
export function checkAfter(before: CheckState, problem: string | undefined, now: Date): { state: CheckState; news: boolean } {
  const failures = problem === undefined ? 0 : before.failures + 1
  const passes = failures === 0 ? true : failures < failuresBeforeTold ? before.passes : false
  const isOther = passes !== before.passes
  return {
    state: { passes, failures, since: isOther ? now : before.since },
    news: isOther && !(passes === true && before.passes === null),
  }
}

function checkEvent(name: string, endpoint: string | null, problem: string | undefined, now: Date): NewEvent {
  const link = endpoint === null ? '/events' : `/endpoints/${encodeURIComponent(endpoint)}`
  const common = { at: now.getTime(), link, name: `check:${name}:${now.getTime()}`, ...(endpoint !== null && { endpoint }) }
  return problem === undefined
    ? { ...common, kind: 'check-passed', severity: 'ok', text: `${name}: all is well again` }
    : { ...common, kind: 'check-failed', severity: 'fail', text: `${name}: ${problem}` }
}

export interface ShownCheck {
  readonly name: string
  /** Without the login, if it has one. */
  readonly url: string
  readonly endpoint: string | null
  /** Null as long as nobody has asked. */
  readonly passes: boolean | null
  readonly since: Date | null
  readonly checkedAt: Date | null
  /** What was wrong the last time. */
  readonly detail: string | null
}

export async function listChecks(pool: Pool): Promise<ShownCheck[]> {
  const { rows } = await pool.query<ShownCheck>(
    `select name, url, endpoint, passes, since, checked_at as "checkedAt", detail from custom_check order by name`,
  )
  return rows.map((row) => ({ ...row, url: withoutLogin(row.url).url.href }))
}
