/** A value as a person reads it, in a unit of Grafana's: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
export function formatted(value: number, unit: string, decimals?: number): string {
  const [amount, suffix] = inUnit(value, unit, decimals)
  return `${amount}${suffix === '' ? '' : `\u202f${suffix}`}`
}

/** The same beside an axis: what is counted stands beside the title, once. */
export function onAxis(value: number, unit: string): string {
  return countedUnit(unit) === undefined ? formatted(value, unit) : formatted(value, 'short')
}

/** What is counted, for units that count something: `msg/s`. */
export function countedUnit(unit: string): string | undefined {
  return unit.startsWith('count:') ? unit.slice('count:'.length) : countedUnits[unit]
}

const countedUnits: Readonly<Record<string, string>> = { mps: 'msg/s', rps: 'rec/s', reqps: 'req/s' }

/** The same, with its unit apart. */
export function inUnit(value: number, unit: string, decimals?: number): [amount: string, suffix: string] {
  if (!Number.isFinite(value)) return [Number.isNaN(value) ? '–' : '∞', '']
  const what = countedUnit(unit)
  if (what !== undefined) return counted(value, what, decimals)
  const format = units[unit]
  if (format === undefined) throw new Error(`The unit ${unit} is not drawn yet: add it to render/units.ts.`)
  return format(value, decimals)
}

type Format = (value: number, decimals?: number) => [amount: string, suffix: string]

const units: Readonly<Record<string, Format>> = {
  short: (value, decimals) => counted(value, '', decimals),
  percentunit: (value) => [digits(value * 100), '%'],
  bool_on_off: (value) => [value === 0 ? 'off' : 'on', ''],
  s: (value) => scaled(value, seconds),
  bytes: (value) => scaled(value, bytes),
}

/** From which value on, by what it is divided, what it is called. */
type Scale = readonly (readonly [from: number, divisor: number, suffix: string])[]

const counts: Scale = [
  [1e9, 1e9, 'G'],
  [1e6, 1e6, 'M'],
  [1e4, 1e3, 'k'],
  [0, 1, ''],
]

const seconds: Scale = [
  [5400, 3600, 'h'],
  [60, 60, 'min'],
  [1, 1, 's'],
  [1e-3, 1e-3, 'ms'],
  [1e-9, 1e-6, 'µs'],
  [0, 1, 's'],
]

const bytes: Scale = [
  [2 ** 30, 2 ** 30, 'GiB'],
  [2 ** 20, 2 ** 20, 'MiB'],
  [2 ** 10, 2 ** 10, 'KiB'],
  [0, 1, 'B'],
]

function scaled(value: number, scale: Scale, decimals?: number): [string, string] {
  const [, divisor, suffix] = scale.find(([from]) => Math.abs(value) >= from) ?? [0, 1, '']
  return [digits(value / divisor, decimals), suffix]
}

function counted(value: number, what: string, decimals?: number): [string, string] {
  const [amount, suffix] = scaled(value, counts, Math.abs(value) >= 1e4 ? undefined : decimals)
  return [amount, `${suffix}${suffix && what ? ' ' : ''}${what}`]
}

/** About three digits, without zeros that say nothing. */
function digits(value: number, decimals?: number): string {
  const size = Math.abs(value)
  const wanted = decimals ?? (size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3)
  return value.toLocaleString('en', { maximumFractionDigits: wanted, minimumFractionDigits: decimals ?? 0 })
}
