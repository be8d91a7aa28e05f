import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Problem } from '../../local/problem.ts'
import { readDashboard } from '../files.ts'
import { prometheusUrl } from '../prometheusUrl.ts'
import type { Values } from '../queries/variables.ts'
import { drawDashboard } from './drawDashboard.ts'
import { savePng } from './savePng.ts'
import { type ThemeName, themes } from './theme.ts'
import { momentOf } from './time.ts'

const usage =
  'npm run dashboards -- render <name> [--from now-30m] [--to now] [--var endpoint=sales] [--theme dark] [--width 1600] [--scale 1.5] --out file.png'

/** Draws one dashboard into a file, as SVG or PNG. */
export async function renderCommand(args: readonly string[]): Promise<true> {
  const { positionals, values } = parsed(args)
  const [name] = positionals
  if (name === undefined || values.out === undefined) throw new Problem(`Which dashboard, into which file? ${usage}`)
  const now = Date.now() / 1000
  const svg = await drawDashboard(readDashboard(name), {
    prometheusUrl: await prometheusUrl(),
    from: momentOf(values.from, now),
    to: momentOf(values.to, now),
    values: variables(values.var),
    theme: themeOf(values.theme),
    width: Number(values.width),
  })
  await (values.out.endsWith('.svg') ? writeFile(values.out, svg) : savePng(svg, values.out, Number(values.scale)))
  console.log(`${values.out} drawn.`)
  return true
}

const option = (byDefault: string) => ({ type: 'string', default: byDefault }) as const

function parsed(args: readonly string[]) {
  const options = {
    from: option('now-30m'),
    to: option('now'),
    theme: option('light'),
    width: option('1600'),
    scale: option('1.5'),
    out: { type: 'string' },
    var: { type: 'string', multiple: true, default: [] as string[] },
  } as const
  return parseArgs({ args: [...args], allowPositionals: true, options })
}

function variables(given: readonly string[]): Values {
  return Object.fromEntries(given.map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]))
}

function themeOf(name: string): ThemeName {
  if (name in themes) return name as ThemeName
  throw new Problem(`There is no theme ${name}. There are: ${Object.keys(themes).join(', ')}.`)
}
