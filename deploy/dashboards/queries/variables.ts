import type { Dashboard, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Range } from './prometheus.ts'

/** What a dashboard's variables stand for. */
export type Values = Readonly<Record<string, string>>

/** What each stands for when nobody has chosen: its own default, or what it says for "all". */
export function defaultValues({ templating }: Dashboard): Values {
  return Object.fromEntries((templating.list ?? []).map((variable) => [variable.name, defaultOf(variable)]))
}

function defaultOf({ current, allValue, query }: VariableModel): string {
  const value = String(current?.value ?? '')
  if (value === '$__all') return allValue ?? '.*'
  return value === '' && typeof query === 'string' ? query : value
}

/** Puts values in the place of `$name`, `${name}` and `${name:format}`; what has none stays. */
export const substituted = (text: string, values: Values): string =>
  text.replaceAll(
    /\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => values[braced ?? bare ?? ''] ?? whole,
  )

/** Grafana's own variables, for a range that is looked at in steps, of a target that is asked every `scrapeSeconds`. */
export function builtIn({ from, to, step }: Range, scrapeSeconds: number): Values {
  const window = Math.max(step + scrapeSeconds, 4 * scrapeSeconds)
  return { __rate_interval: `${window}s`, __interval: `${step}s`, __range: `${Math.ceil(to - from)}s` }
}
