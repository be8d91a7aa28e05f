import type { ProcessContext, ProjectContext } from '../commandContext.ts'
import { openContext, projectContext } from '../commandContext.ts'
import { explain } from '../explain.ts'
import { Problem } from '../problem.ts'
import { paint } from '../screen.ts'
import { busChecks } from './bus.ts'
import { busFacts } from './busFacts.ts'
import { clusterChecks } from './cluster.ts'
import { clusterFacts } from './clusterFacts.ts'
import type { Check, Finding } from './finding.ts'
import { laptopChecks } from './laptop.ts'
import { laptopFacts } from './laptopFacts.ts'

interface Options {
  /** Of a cluster; without it this machine and what its environment names are looked at. */
  readonly namespace?: string
  readonly json?: true
}

interface Examined {
  readonly findings: readonly Finding[]
  readonly checks: number
}

/** `petrel doctor`: what is wrong, and what to do. @returns whether nothing is */
export async function doctor(
  process: ProcessContext,
  services: readonly string[],
  { namespace, json }: Options,
): Promise<boolean> {
  const project = projectContext(process)
  const parts =
    namespace === undefined ? [await laptop(project), await bus(process, services)] : [await cluster(project, namespace)]
  const findings = parts.flatMap((part) => part.findings)
  const checks = parts.reduce((sum, part) => sum + part.checks, 0)
  if (json) project.out.json(findings)
  else show(project, findings, checks)
  return findings.length === 0
}

function show({ out }: ProjectContext, findings: readonly Finding[], checks: number): void {
  for (const { code, what, wayOut } of findings) {
    out.line(paint('red', code), `  ${what}`)
    for (const line of wayOut.split('\n')) out.line(`  → ${line}`)
  }
  if (findings.length === 0) out.line(paint('green', `Nothing is wrong, as far as ${checks} checks have looked.`))
  else out.line(`${findings.length === 1 ? 'One thing is' : `${findings.length} things are`} wrong.`)
}

const examine = <Facts>(checks: readonly Check<Facts>[], facts: Facts): Examined => ({
  findings: checks.flatMap((check) => check(facts)),
  checks: checks.length,
})

async function laptop(project: ProjectContext): Promise<Examined> {
  const facts = await laptopFacts(project)
  return facts === undefined ? { findings: [], checks: 0 } : examine(laptopChecks, facts)
}

/** Nothing to ask where nobody says where Kafka is: the local system was never started. */
async function bus(process: ProcessContext, services: readonly string[]): Promise<Examined> {
  const context = await openContext(process).catch((error: unknown) => {
    if (error instanceof Problem && process.env['KAFKA_BROKERS'] === undefined) return undefined
    throw error
  })
  if (context === undefined) return { findings: [], checks: 0 }
  try {
    return examine(busChecks, await busFacts(context, services))
  } finally {
    await context.close()
  }
}

async function cluster(project: ProjectContext, namespace: string): Promise<Examined> {
  try {
    return examine(clusterChecks, await clusterFacts(project, namespace))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { findings: [noCluster(explain(error))], checks: 1 }
  }
}

function noCluster(sentence: string): Finding {
  const at = sentence.search(/ (?=Set KUBECONFIG|Install it)/)
  return {
    code: 'NO_CLUSTER',
    what: at === -1 ? sentence : sentence.slice(0, at),
    wayOut: at === -1 ? 'kubectl get nodes shows whether the cluster of KUBECONFIG runs.' : sentence.slice(at + 1),
  }
}
