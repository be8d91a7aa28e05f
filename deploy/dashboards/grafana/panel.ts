import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { percentiles, services, status } from './palette.ts'
import { type Alert, runbookAddress } from './runbooks.ts'
import { datasource } from './variables.ts'

/** What every panel says of itself. */
export interface Words {
  readonly title: string
  /** What it shows, and what to do when it is bad. */
  readonly description: string
  /** As Grafana calls it, `s` or `percentunit` for example. */
  readonly unit: string
  /** The alert that rings for it: the panel links to its page. */
  readonly alert?: Alert
  /** Columns of 24. */
  readonly width: number
  readonly height?: number
}

/** A query, and what its series are called. */
export type Line = readonly [expression: string, legend: string]

/** Values from which something is no longer good. */
export interface Limits {
  readonly wait?: number
  readonly fail?: number
}

/** As much of any panel's builder as all panels share. */
interface AnyPanel {
  title(title: string): this
  description(description: string): this
  unit(unit: string): this
  span(columns: number): this
  height(rows: number): this
  datasource(source: typeof datasource): this
  links(links: Builder<DashboardLink>[]): this
  targets(targets: Builder<Dataquery>[]): this
  thresholds(thresholds: ThresholdsConfigBuilder): this
}

export const defaultHeight = 8

export function described<Panel extends AnyPanel>(panel: Panel, words: Words): Panel {
  const links = words.alert === undefined ? [] : [runbook(words.alert)]
  return panel
    .title(words.title)
    .description(words.description)
    .unit(words.unit)
    .span(words.width)
    .height(words.height ?? defaultHeight)
    .datasource(datasource)
    .links(links)
}

const runbook = (alert: Alert) => new DashboardLinkBuilder(`What to do: ${alert}`).url(runbookAddress(alert)).targetBlank(true)

const refIds = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Over the whole time that is looked at. */
export const overTime = (lines: readonly Line[]): DataqueryBuilder[] => lines.map((line, index) => target(line, index).range())

/** At its end only. */
export const atTheEnd = (lines: readonly Line[]): DataqueryBuilder[] => lines.map((line, index) => target(line, index).instant())

const target = ([expression, legend]: Line, index: number) =>
  new DataqueryBuilder()
    .datasource(datasource)
    .expr(expression)
    .legendFormat(legend)
    .refId(refIds[index] ?? '')

export const thresholds = ({ wait, fail }: Limits): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { value: null, color: status.ok },
      ...(wait === undefined ? [] : [{ value: wait, color: status.wait }]),
      ...(fail === undefined ? [] : [{ value: fail, color: status.fail }]),
    ])

export const fixed = (color: string): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(color)

/** Which colour has which series, by how its name begins: for as many as the legends of a panel can have. */
export function seriesColors(
  lines: readonly Line[],
  own: Readonly<Record<string, string>> = {},
): [regexp: string, properties: DynamicConfigValue[]][] {
  const legends = lines.map(([, legend]) => legend)
  const possible = { ...(legends.some(namesService) && services), ...(legends.some(isPercentile) && percentiles), ...own }
  return Object.entries(possible).map(([name, color]) => [
    `/^${name.replaceAll('-', '[-_]')}\\b/`,
    [{ id: 'color', value: { mode: 'fixed', fixedColor: color } }],
  ])
}

const namesService = (legend: string) =>
  /^\{\{(endpoint|endpoint_of|consumergroup|datname)\}\}/.test(legend) ||
  Object.keys(services).some((service) => legend.startsWith(service))

const isPercentile = (legend: string) => /^p\d/.test(legend)
