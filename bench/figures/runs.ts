import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL } from '../../deploy/local/folders.ts'
import { type Machine, thisCommit, thisMachine } from './machine.ts'

/** One run of a benchmark, as data. */
export interface Run<Figures> {
  readonly at: string
  readonly commit: string
  readonly machine: Machine
  readonly figures: Figures
}

/** The newest run on this machine, or the one that is kept in the repository to compare with. */
export type Which = 'last' | 'kept'

const folders: Readonly<Record<Which, string>> = { last: join(LOCAL, 'bench'), kept: join(import.meta.dirname, '../results') }

/** Where a run is, or a picture of it. The folder is there. */
export function runFile(which: Which, name: string): string {
  mkdirSync(folders[which], { recursive: true })
  return join(folders[which], name)
}

/** Writes the run down; with `keep` it takes the place of the kept one. */
export function writeRun(benchmark: string, figures: unknown, { keep }: { readonly keep: boolean }): void {
  const run: Run<unknown> = { at: new Date().toISOString(), commit: thisCommit(), machine: thisMachine(), figures }
  const places: readonly Which[] = keep ? ['last', 'kept'] : ['last']
  for (const which of places) writeFileSync(runFile(which, `${benchmark}.json`), `${JSON.stringify(run, rounded, 2)}\n`)
}

/** @returns undefined when there is none */
export function readRun<Figures>(which: Which, benchmark: string): Run<Figures> | undefined {
  const file = runFile(which, `${benchmark}.json`)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run<Figures>) : undefined
}

/** For people who read a difference of two files. */
const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
