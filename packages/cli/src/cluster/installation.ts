import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProjectContext } from '../commandContext.ts'
import { type Helm, helm, type InstallFlags } from '../helm/helm.ts'
import { forgottenValues } from './forgottenValues.ts'
import { Problem } from '../problem.ts'
import { paint } from '../screen.ts'

interface Options {
  readonly namespace: string
  readonly values?: readonly string[]
  readonly tag?: string
  /** Milliseconds. */
  readonly timeout: number
}

/** `petrel install` and `petrel upgrade`: the whole shop, or one service by the chart for any subscriber. */
export async function changeRelease(
  verb: 'install' | 'upgrade',
  { root, env, out }: ProjectContext,
  name: string,
  { namespace, values = [], tag, timeout }: Options,
): Promise<true> {
  const { chart, files, tagAt } = partOf(root, name)
  if (verb === 'upgrade' && values.length === 0 && files.length > 0) await refuseForgetting(helm(env), name, namespace, files)
  const flags: InstallFlags = {
    namespace,
    values: [...files, ...values],
    set: tag === undefined ? {} : { [tagAt]: tag },
    timeoutMs: timeout,
  }
  const { revision } = await helm(env)[verb](name, chart, flags)
  out.line(
    paint(
      'green',
      `${name} is ${verb === 'install' ? 'installed' : 'upgraded'} in namespace ${namespace}, revision ${revision}.`,
    ),
  )
  out.line(`petrel status -n ${namespace} --watch shows how it is.`)
  return true
}

/** @throws Problem when values would be taken away that only a file of the user has */
async function refuseForgetting(releases: Helm, name: string, namespace: string, files: readonly string[]): Promise<void> {
  const [given, texts] = await Promise.all([
    releases.values(name, { namespace }),
    Promise.all(files.map((file) => readFile(file, 'utf8'))),
  ])
  const { parse } = await import('yaml')
  const forgotten = forgottenValues(
    given,
    texts.map((text) => parse(text) as Readonly<Record<string, unknown>>),
  )
  if (forgotten.length === 0) return
  throw new Problem(
    `${name} was given values that the files of the project do not give it: ${forgotten.join(', ')}. ` +
      'Name the file that they came from with -f. If they are to go, or it is the project that has changed: ' +
      `-f services/${name}/values.yaml.`,
  )
}

interface Part {
  readonly chart: string
  /** Values that belong to it, before those of the user. */
  readonly files: readonly string[]
  readonly tagAt: string
}

const shop = 'shop'

/** @throws Problem when there is neither such a service nor such a chart */
function partOf(root: string, name: string): Part {
  const charts = join(root, 'charts')
  if (name === shop) return { chart: found(join(charts, shop)), files: [], tagAt: 'global.image.tag' }
  const own = join(root, 'services', name, 'values.yaml')
  if (!existsSync(own))
    throw new Problem(`There is no service ${name} with values: ${own}. petrel install shop installs all of the shop.`)
  // Where Kafka, registry and database are is the same for the shop and for who joins it.
  const shared = [join(charts, shop, 'global.yaml')].filter((file) => existsSync(file))
  return { chart: found(join(charts, 'subscriber')), files: [...shared, own], tagAt: 'image.tag' }
}

function found(chart: string): string {
  if (!existsSync(join(chart, 'Chart.yaml'))) throw new Problem(`There is no chart in ${chart}. Run petrel in the project.`)
  return chart
}
