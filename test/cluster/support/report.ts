import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { LOCAL } from '../../../deploy/local/folders.ts'

const folder = join(LOCAL, 'cluster')

/** Keeps what a test measured, in `.local/cluster/figures.jsonl`, and prints it. A test asserts no time: the figures are for people. */
export function report(what: string, figures: object): void {
  mkdirSync(folder, { recursive: true })
  const line = JSON.stringify({ what, at: new Date().toISOString(), ...figures })
  appendFileSync(join(folder, 'figures.jsonl'), `${line}\n`)
  console.log(line)
}
