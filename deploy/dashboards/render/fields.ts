import type { DynamicConfigValue, FieldConfig, Panel, Threshold } from '@grafana/grafana-foundation-sdk/dashboard'
import type { NamedSeries } from '../queries/runPanel.ts'
import { others } from './theme.ts'

/** How a series is to be shown: the panel's defaults, and what it overrides for names like this one. */
export interface Field {
  readonly unit: string
  readonly decimals: number | undefined
  readonly color: string | undefined
  readonly thresholds: readonly Threshold[]
  readonly custom: Readonly<Record<string, unknown>>
}

export function fieldOf({ fieldConfig }: Panel, name: string): Field {
  const defaults: FieldConfig = fieldConfig?.defaults ?? {}
  const overriding = (fieldConfig?.overrides ?? []).filter(({ matcher }) => matches(matcher.id, String(matcher.options), name))
  const own = new Map(overriding.flatMap(({ properties }) => properties.map(({ id, value }: DynamicConfigValue) => [id, value])))
  return {
    unit: (own.get('unit') as string | undefined) ?? defaults.unit ?? 'short',
    decimals: defaults.decimals,
    color: (own.get('color') as { fixedColor?: string } | undefined)?.fixedColor ?? defaults.color?.fixedColor,
    thresholds: ((own.get('thresholds') as typeof defaults.thresholds) ?? defaults.thresholds)?.steps ?? [],
    custom: { ...(defaults.custom as object), ...customOf(own) },
  }
}

function matches(kind: string, options: string, name: string): boolean {
  if (kind === 'byName') return options === name
  const [, pattern = '', flags = ''] = /^\/(.*)\/(\w*)$/.exec(options) ?? []
  return kind === 'byRegexp' && new RegExp(pattern, flags).test(name)
}

const prefix = 'custom.'
const customOf = (own: ReadonlyMap<string, unknown>) =>
  Object.fromEntries([...own].filter(([id]) => id.startsWith(prefix)).map(([id, value]) => [id.slice(prefix.length), value]))

/** The colour of a value, by the highest threshold that it has reached. */
export const thresholdColor = (thresholds: readonly Threshold[], value: number): string | undefined =>
  thresholds.findLast((step) => value >= (step.value ?? -Infinity))?.color

/** A colour for each series: its own, or one of those that are left, always in the same order of names. */
export function colorsOf(panel: Panel, series: readonly NamedSeries[]): Map<string, string> {
  const names = [...new Set(series.map(({ name }) => name))].toSorted((a, b) => a.localeCompare(b, 'en'))
  const own = new Map(names.map((name) => [name, fieldOf(panel, name).color]))
  const left = others.filter((color) => ![...own.values()].includes(color))
  let next = 0
  return new Map(names.map((name) => [name, own.get(name) ?? left[next++ % left.length] ?? '#888888']))
}
