import { expect } from 'vitest'
import type { Shop } from '../shop.ts'
import { expectUntouched } from './expectUntouched.ts'
import { type Fate, foreignAccounts } from './foreignAccounts.ts'
import type { Foreign } from './foreignRecords.ts'

/** Each waits for a person, untouched, or was handled; and nothing else waits. */
export async function expectAccountedFor(shop: Shop, foreign: readonly Foreign[]): Promise<readonly Fate[]> {
  const { fates, others } = await foreignAccounts(shop, foreign)
  for (const fate of fates) expectUntouched(fate)
  const lost = fates.filter(({ end }) => end === 'lost')
  expect(lost.map(({ endpoint, foreign: { label, place } }) => `${label} in ${place.topic} at ${endpoint}`)).toEqual([])
  expect(others).toEqual([])
  return fates
}

/** A line for each kind. */
export function countsOf(foreign: readonly Foreign[], fates: readonly Fate[]): string {
  const sent = Map.groupBy(foreign, ({ kind }) => kind)
  const ends = Map.groupBy(fates, (fate) => fate.foreign.kind)
  const lines = [...sent].map(([kind, records]) => {
    const count = (end: Fate['end']) => ends.get(kind)?.filter((fate) => fate.end === end).length ?? 0
    return `${kind}: ${records.length} records; ${count('dead letter')} dead letters, ${count('handled')} handled, ${count('lost')} lost`
  })
  return `Foreign records of ${lines.length} kinds; what became of each at each of its readers\n${lines.join('\n')}`
}
