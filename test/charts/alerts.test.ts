import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { RULES } from '../../deploy/alerts/files.ts'
import { objectives } from '../../deploy/alerts/objectives.ts'
import { cases, hasHelm, refusal, render, type Resource } from './helm.ts'

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}
interface Group {
  readonly name: string
  readonly rules: readonly Rule[]
}

const file = (parse(readFileSync(RULES, 'utf8')) as { groups: Group[] }).groups

const groupsOf = (resources: readonly Resource[]) =>
  resources.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => (spec as { groups: Group[] }).groups)

/** The rules file does not know where the pages can be read in a browser. */
function withoutAddress(rule: Rule): Rule {
  const annotations = Object.entries(rule.annotations ?? {}).filter(([name]) => name !== 'runbook_url')
  return rule.alert === undefined ? rule : { ...rule, annotations: Object.fromEntries(annotations) }
}

describe.skipIf(!hasHelm)('alerts', () => {
  test('the shop installs those of the rules file, and each leads to its runbook', () => {
    const installed = groupsOf(render(cases['shop-watched'])).filter(({ name }) => name.startsWith('petrel-'))
    const wanted = file.filter(({ name }) => name !== 'petrel-objectives')
    expect(installed.map(({ name, rules }) => ({ name, rules: rules.map(withoutAddress) }))).toEqual(wanted)
    for (const { alert, annotations } of installed.flatMap(({ rules }) => rules))
      if (alert !== undefined) expect(annotations?.['runbook_url']).toBe(`https://git.example.com/runbooks/${alert}.md`)
  })

  test('each service says what it promises, by the values that the rules file has it from', () => {
    const rules = groupsOf(render(cases['shop-watched'])).flatMap(({ rules }) => rules)
    const promised = rules
      .filter(({ record }) => record === 'petrel:lag_age_objective:seconds')
      .map(({ expr, labels }) => `${labels?.['consumergroup']}: ${expr}`)
    const wanted = objectives().map(({ group, lagAgeSeconds }) => `${group}: vector(${lagAgeSeconds})`)
    expect(new Set(promised)).toEqual(new Set(wanted))
  })

  test('a service that is scaled has so many replicas at most as it has partitions', () => {
    const rules = groupsOf(render(cases.everything)).flatMap(({ rules }) => rules)
    expect(rules).toContainEqual({
      record: 'petrel:replicas_max:count',
      expr: 'vector(6)',
      labels: { consumergroup: 'fraud-check' },
    })
  })

  test('there are none without being asked for, and no operator is a sentence', () => {
    expect(groupsOf(render(cases.shop))).toEqual([])
    expect(refusal('shop', ['--set', 'global.alerts.enabled=true'])).toContain('this cluster has no monitoring.coreos.com/v1')
  })
})
