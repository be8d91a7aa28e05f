import { isDeepStrictEqual } from 'node:util'
import type { Machine } from './machine.ts'

/** A cost, now and in the kept run. */
export interface Change {
  readonly what: string
  readonly unit: string
  readonly now: number
  readonly kept: number
}

/** Less than this share is what two runs of the same code differ by. */
const NOISE = 0.05

/** A sentence for people. */
export function changeOf({ what, unit, now, kept }: Change): string {
  const ratio = now / kept
  const percent = Math.round(Math.abs(ratio - 1) * 100)
  const words = Math.abs(ratio - 1) < NOISE ? 'about the same' : `${percent} % ${ratio < 1 ? 'less' : 'more'}`
  return `${what}: ${digits(now)} ${unit}; kept: ${digits(kept)}. That is ${ratio.toFixed(2)} × as much: ${words}.`
}

/** A sentence of warning; undefined when both are alike. */
export function machinesDiffer(now: Machine, kept: Machine): string | undefined {
  if (isDeepStrictEqual(now, kept)) return undefined
  return `The kept run is from another machine (${describe(kept)}) than this one (${describe(now)}), so these ratios say little about the code. To compare commits on this machine: npm run bench -- shop --against <folder of the other checkout>`
}

const describe = ({ cpu, cores, memoryGiB, os, node }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}, Node ${node}`

const digits = (value: number): string => value.toPrecision(3)
