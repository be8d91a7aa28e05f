import { z } from 'zod'

/** A process that is measured, as Prometheus sees it. */
export interface Measured {
  readonly instance: string
  readonly isUp: boolean
  /** Why it is not; empty when it is. */
  readonly problem: string
}

/** An alert that fires, or will if it goes on. */
export interface Alert {
  readonly name: string
  readonly state: 'pending' | 'firing'
  readonly summary: string
}

const Targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ labels: z.object({ instance: z.string() }), health: z.string(), lastError: z.string() })),
  }),
})

const Alerts = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        state: z.enum(['pending', 'firing']),
        labels: z.object({ alertname: z.string() }),
        annotations: z.object({ summary: z.string().default('') }),
      }),
    ),
  }),
})

/** @throws Error when Prometheus does not answer */
export async function measuredBy(prometheus: string): Promise<Measured[]> {
  const { data } = Targets.parse(await answer(`${prometheus}/api/v1/targets?state=active`))
  return data.activeTargets
    .map(({ labels, health, lastError }) => ({ instance: labels.instance, isUp: health === 'up', problem: lastError }))
    .toSorted((one, other) => one.instance.localeCompare(other.instance))
}

/** @throws Error when Prometheus does not answer */
export async function alertsOf(prometheus: string): Promise<Alert[]> {
  const { data } = Alerts.parse(await answer(`${prometheus}/api/v1/alerts`))
  return data.alerts.map(({ state, labels, annotations }) => ({ name: labels.alertname, state, summary: annotations.summary }))
}

async function answer(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}
