import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Plan } from './plan.ts'

/** What k6 has counted over the whole campaign, as its summary has it. */
const Summary = z.object({
  metrics: z.record(
    z.string(),
    z.object({
      values: z.record(z.string(), z.number()),
      thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).optional(),
    }),
  ),
})
export type Summary = z.infer<typeof Summary>

export interface K6Run {
  /** The program. */
  readonly k6: string
  readonly plan: Plan
  /** A folder for what it leaves. */
  readonly folder: string
  /** Gets every measured value as JSON, while it runs. */
  readonly onLine: (json: string) => void
  /** Where it sends what it measures, too. */
  readonly prometheusUrl?: string | undefined
  readonly signal: AbortSignal
}

const PASSED = 0
const THRESHOLDS_CROSSED = 99

/** Runs the scenarios. @returns what was counted @throws Error with k6's own words when it could not be run to its end */
export async function runK6({ k6, plan, folder, onLine, prometheusUrl, signal }: K6Run): Promise<Summary> {
  const summaryFile = join(folder, 'k6.json')
  const outputs = ['--out', 'json', ...(prometheusUrl === undefined ? [] : ['--out', 'experimental-prometheus-rw'])]
  const script = join(import.meta.dirname, '../scenarios/main.ts')
  const child = spawn(k6, ['run', '--quiet', '--no-color', '--no-usage-report', ...outputs, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PLAN: JSON.stringify(plan),
      SUMMARY: summaryFile,
      // It would fetch a k6 of its own when it meets an import that it does not know.
      K6_AUTO_EXTENSION_RESOLUTION: 'false',
      K6_PROMETHEUS_RW_SERVER_URL: `${prometheusUrl}/api/v1/write`,
      K6_PROMETHEUS_RW_TREND_STATS: 'p(50),p(95),p(99),max',
      K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
    },
    signal,
    killSignal: 'SIGINT',
  })
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', onLine)
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== PASSED && code !== THRESHOLDS_CROSSED) throw new Error(`k6 ended with ${code}:\n${said.slice(-20).join('\n')}`)
  return Summary.parse(JSON.parse(await readFile(summaryFile, 'utf8')))
}
