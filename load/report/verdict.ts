import type { Expectation, Unit } from '../campaigns/campaign.ts'
import { stepHolds } from '../campaigns/expectations.ts'
import type { CampaignRun, PhaseSeen } from '../runner/runCampaign.ts'
import { type Recovered, recoverySentences } from './recovery.ts'

/** One thing that was to hold: what was, what was allowed, and whether it held. */
export interface Verdict {
  readonly says: string
  readonly was: string
  readonly allowed: string
  readonly held: boolean
}

export type Judged = Pick<CampaignRun, 'campaign' | 'summary'>

export const verdicts = ({ campaign, summary }: Judged): Verdict[] =>
  campaign.expectations.map((expectation) => {
    const { metric, threshold, says, unit } = expectation
    const measured = summary.metrics[metric]
    const { key, relation, limit } = parts(expectation)
    const value = measured?.values[key]
    return {
      says,
      was: value === undefined ? 'nobody has seen it' : inUnit(value, unit),
      allowed: `${relation} ${inUnit(limit, unit)}`,
      // What nobody has seen has not held; only what was never dropped is never counted.
      held: measured === undefined ? metric === 'dropped_iterations' : (measured.thresholds?.[threshold]?.ok ?? false),
    }
  })

export const passed = (run: Judged): boolean => verdicts(run).every(({ held }) => held)

/** For the terminal: the verdict first. */
export function sentences(run: Judged & Recovered & Pick<CampaignRun, 'target' | 'phases'>): string[] {
  const all = verdicts(run)
  const lines = all.map(({ held, says, was, allowed }) => `${held ? '✓' : '✗'} ${says}: ${was} (${allowed})`)
  return [headline(run), ...lines, ...answerOf(run), ...recoverySentences(run)]
}

/** Of a campaign that looks for the most that the front takes: each phase asks for more than the one before. */
export function answerOf({ campaign, phases }: Pick<CampaignRun, 'campaign' | 'phases'>): string[] {
  if (campaign.endsWhenBroken !== true) return []
  const firstBad = phases.findIndex((phase) => !hasHeld(phase))
  const good = (firstBad === -1 ? phases : phases.slice(0, firstBad)).at(-1)
  return [
    good === undefined
      ? 'The front did not take even the first step.'
      : `The front took ${good.name}, with ${Math.round(good.p95 ?? 0)} ms (95 of 100).`,
    ...(firstBad === -1 ? ['It was not asked for more than it takes: ask for more (--rate).'] : [howItBroke(phases[firstBad])]),
  ]
}

/** Customers who could not come say nothing about the front. */
const hasHeld = ({ p95 = Infinity, failed, sent, unsent }: PhaseSeen): boolean =>
  p95 < stepHolds.p95Ms && failed < sent * stepHolds.failedShare && unsent === 0

function howItBroke(phase: PhaseSeen | undefined): string {
  if (phase === undefined) return ''
  const { name, p95, failed, sent, unsent } = phase
  const orders = `${sent.toLocaleString('en')} orders sent`
  const answers = p95 === undefined ? '' : `, ${inUnit(p95, 'ms')} (95 of 100)`
  return `It ended with ${name}: ${orders}, ${unsent.toLocaleString('en')} that k6 could not send, ${failed.toLocaleString('en')} failed${answers}.`
}

export function headline(run: Judged & Pick<CampaignRun, 'target'>): string {
  const all = verdicts(run)
  const broken = all.filter(({ held }) => !held).length
  if (broken === 0) return `Everything held: ${run.target}, ${run.campaign.name}.`
  return `${broken} of ${all.length} did not hold: ${run.target}, ${run.campaign.name}.`
}

const relations: Readonly<Record<string, string>> = {
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  '==': 'exactly',
}

/** @throws Error when it is no threshold of k6 that we use */
function parts({ threshold }: Expectation): { key: string; relation: string; limit: number } {
  const [, key = '', relation = '', limit = ''] = /^([a-z]+(?:\(\d+\))?)(<=|>=|==|<|>)([\d.]+)$/.exec(threshold) ?? []
  if (key === '') throw new Error(`"${threshold}" is no threshold as k6 writes it: p(95)<300.`)
  return { key, relation: relations[relation] ?? relation, limit: Number(limit) }
}

function inUnit(value: number, unit: Unit): string {
  if (unit === 'ms') return `${Math.round(value).toLocaleString('en')} ms`
  if (unit === 's') return `${value.toFixed(1)} s`
  if (unit === 'share') return `${Number((value * 100).toPrecision(3))} %`
  if (unit === 'times') return `${value.toFixed(2)} times`
  if (unit === 'rows') return value.toFixed(1)
  return value.toLocaleString('en')
}
