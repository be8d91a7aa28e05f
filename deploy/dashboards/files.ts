import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { Problem } from '../local/problem.ts'
import { definitions } from './definitions/all.ts'

export const JSON_FOLDER = join(import.meta.dirname, 'json')

const fileOf = (name: string) => join(JSON_FOLDER, `${name}.json`)

/** Path → text of every file as the definitions say. */
export const generated = (): ReadonlyMap<string, string> =>
  new Map(Object.entries(definitions).map(([name, define]) => [fileOf(name), `${JSON.stringify(define(), null, 2)}\n`]))

/** Those that are not there, or say something else. */
export const stale = (): [path: string, text: string][] =>
  [...generated()].filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text)

/** A dashboard as Grafana would get it. @throws Problem naming those that there are */
export function readDashboard(name: string): Dashboard {
  if (!(name in definitions)) throw new Problem(`There is no dashboard ${name}. There are: ${dashboardNames.join(', ')}.`)
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Dashboard
}

export const dashboardNames: readonly string[] = Object.keys(definitions)
