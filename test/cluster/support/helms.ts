import { spawnSync } from 'node:child_process'

/** Under which names Helm is installed where there is more than one. */
const names = ['helm', 'helm3', 'helm4']

/** The Helms that are here, one of each version. */
export function helms(): { program: string; version: string }[] {
  const named = [...names, ...(process.env['HELM'] === undefined ? [] : [process.env['HELM']])].map((program) => {
    const { stdout } = spawnSync(program, ['version', '--short'], { encoding: 'utf8' })
    return { program, version: (stdout ?? '').trim() }
  })
  const there = named.filter(({ version }) => version !== '')
  return [...new Map(there.map((each) => [each.version, each])).values()]
}
