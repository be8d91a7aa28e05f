import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from '../local/folders.ts'
import type { Group, Recording } from './rule.ts'

const Values = z.object({
  endpoint: z.object({ group: z.string().optional(), partitions: z.number().optional() }).default({}),
  autoscaling: z.object({ maxReplicas: z.number().default(0) }).default({ maxReplicas: 0 }),
  alerts: z.object({ lagAgeSeconds: z.number().optional() }).default({}),
})

/** What an endpoint promises and what it may have: from the same values that the charts read. */
export interface Objective {
  readonly group: string
  readonly lagAgeSeconds: number
  readonly replicasMax: number
}

/** Of an endpoint that says nothing about it. */
export function defaultLagAgeSeconds(): number {
  const { alerts } = valuesIn('charts/subscriber/values.yaml')
  if (alerts.lagAgeSeconds === undefined) throw new Error('charts/subscriber/values.yaml has no alerts.lagAgeSeconds.')
  return alerts.lagAgeSeconds
}

export function objectives(): Objective[] {
  const files = readdirSync(join(ROOT, 'services')).map((service) => `services/${service}/values.yaml`)
  return files.filter((file) => existsSync(join(ROOT, file))).flatMap((file) => objectiveIn(valuesIn(file)))
}

/** The group without a series of its own is one that its chart, or nobody, speaks for. */
export const recorded = (all: readonly Objective[]): Group => ({
  name: 'petrel-objectives',
  recordings: all.flatMap(({ group, lagAgeSeconds, replicasMax }) => [
    constant('petrel:lag_age_objective:seconds', group, lagAgeSeconds),
    constant('petrel:replicas_max:count', group, replicasMax),
  ]),
})

const constant = (record: string, consumergroup: string, value: number): Recording => ({
  record,
  expr: `vector(${value})`,
  labels: { consumergroup },
})

const valuesIn = (file: string) => Values.parse(parse(readFileSync(join(ROOT, file), 'utf8')))

function objectiveIn({ endpoint, autoscaling, alerts }: z.infer<typeof Values>): Objective[] {
  const { group, partitions } = endpoint
  if (group === undefined || partitions === undefined) return []
  const lagAgeSeconds = alerts.lagAgeSeconds ?? defaultLagAgeSeconds()
  return [{ group, lagAgeSeconds, replicasMax: autoscaling.maxReplicas || partitions }]
}
