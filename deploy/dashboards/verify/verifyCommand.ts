import { parseArgs, styleText } from 'node:util'
import { Problem } from '../../local/problem.ts'
import { dashboardNames, readDashboard } from '../files.ts'
import { prometheusUrl } from '../prometheusUrl.ts'
import { prometheusAt } from '../queries/prometheus.ts'
import { momentOf } from '../render/time.ts'
import { type Need, needs } from './needs.ts'
import { type Finding, verify } from './verify.ts'

/** `npm run dashboards -- verify [--from now-10m] [--to now] [--with campaign,trouble,kubernetes]`: no panel may be empty. */
export async function verifyCommand(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      from: { type: 'string', default: 'now-10m' },
      to: { type: 'string', default: 'now' },
      with: { type: 'string', default: '' },
    },
  })
  const now = Date.now() / 1000
  const asked = {
    prometheus: prometheusAt(await prometheusUrl()),
    from: momentOf(values.from, now),
    to: momentOf(values.to, now),
    present: new Set(values.with.split(',').filter(Boolean).map(needNamed)),
  }
  const all: Finding[] = []
  for (const name of dashboardNames) all.push(...report(name, await verify(readDashboard(name), asked)))
  return all.every(({ empty }) => empty.length === 0)
}

function needNamed(name: string): Need {
  if (name in needs) return name as Need
  throw new Problem(`--with ${name} means nothing. It can be: ${Object.keys(needs).join(', ')}.`)
}

function report(name: string, findings: readonly Finding[]): readonly Finding[] {
  const bad = findings.filter(({ empty }) => empty.length > 0)
  const leftOut = new Map(findings.flatMap((finding) => [...finding.leftOut]))
  const answered = `${findings.length - bad.length} of ${findings.length} queries`
  console.log(styleText(bad.length === 0 ? 'green' : 'red', `${name}: ${answered} are well`))
  for (const { where, empty } of bad) console.log(`  ${where} has no data: ${empty.join('\n    and not either: ')}`)
  for (const [metric, need] of leftOut) console.log(`  left out: ${metric} (needs --with ${need})`)
  return findings
}
