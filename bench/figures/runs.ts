import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LOCAL } from '../../deploy/local/folders.ts'
import { type Machine, thisCommit, thisMachine } from './machine.ts'

/** One run of a benchmark, as data. */
export interface Run<Figures> {
  readonly at: string
  readonly commit: string
  readonly machine: Machine
  readonly figures: Figures
}

/** The newest run on this machine, and the one that is kept in the repository to compare with. */
const files = {
  last: (benchmark: string) => join(LOCAL, 'bench', `${benchmark}.json`),
  kept: (benchmark: string) => join(import.meta.dirname, '../results', `${benchmark}.json`),
}

/** Writes the run down; with `keep` it takes the place of the kept one. */
export function writeRun(benchmark: string, figures: unknown, { keep }: { readonly keep: boolean }): void {
  const run: Run<unknown> = { at: new Date().toISOString(), commit: thisCommit(), machine: thisMachine(), figures }
  for (const file of keep ? [files.last(benchmark), files.kept(benchmark)] : [files.last(benchmark)]) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(run, rounded, 2)}\n`)
  }
}

/** @returns undefined when there is none */
export function readRun<Figures>(which: keyof typeof files, benchmark: string): Run<Figures> | undefined {
  const file = files[which](benchmark)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run<Figures>) : undefined
}

/** For people who read a difference of two files. */
const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
