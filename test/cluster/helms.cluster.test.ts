import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { helms } from './support/helms.ts'
import { helm, kubectl } from './support/kubectl.ts'
import { installService } from './support/oneService.ts'
import { ownNamespace } from './support/ownNamespace.ts'
import { petrel } from './support/petrelCommand.ts'

afterEach(() => vi.unstubAllEnvs())

test('there is a Helm', () => expect(helms()).not.toEqual([]))

test.each(helms())(
  'Helm $version installs a service, says why a deployment failed, goes on afterwards, and leaves nothing',
  async ({ program }) => {
    vi.stubEnv('HELM', program)
    await using namespace = await ownNamespace('helm')
    const place = { namespace: namespace.name, topicPrefix: `${namespace.name}.` }
    await installService('sales', place)
    const [pod] = await podsOf(namespace.name)

    const failing = ['deploy.command={node,-e,console.error("The till is locked.");process.exit(3)}']
    await expect(installService('sales', place, failing)).rejects.toThrow(/The till is locked\.[^]*pre-upgrade hooks failed/)
    expect(await podsOf(namespace.name)).toEqual([pod])
    await installService('sales', place, ['logLevel=warn'])
    // The old one may still be about to leave.
    await eventually(async () => expect(await podsOf(namespace.name)).not.toContain(pod), { withinMs: 60_000, everyMs: 500 })

    await helm(['uninstall', 'sales', '-n', namespace.name, '--wait', '--timeout', '3m'])
    expect(await kubectl(['get', kinds, '-n', namespace.name, '-o', 'name'])).not.toContain('sales')
  },
)

test.each(helms())('petrel installs, upgrades and shows a service with Helm $version', async ({ program }) => {
  vi.stubEnv('HELM', program)
  await using namespace = await ownNamespace('petrel')
  const folder = await mkdtemp(join(tmpdir(), 'petrel-helm-'))
  try {
    await symlink(pathOf(program), join(folder, 'helm'))
    const values = join(folder, 'values.yaml')
    await writeFile(values, `topicPrefix: ${namespace.name}.\nuninstall: { removeTopics: true }\n`)
    const run = (...args: readonly string[]) =>
      petrel([...args, '-n', namespace.name], { PATH: [folder, process.env['PATH']].join(delimiter) })

    const upgraded = { code: 0, out: expect.stringContaining(`sales is upgraded in namespace ${namespace.name}, revision 2.`) }
    expect(await run('install', 'sales', '-f', values)).toMatchObject({ code: 0, out: expect.stringContaining('revision 1.') })
    expect(await run('install', 'sales', '-f', values)).toMatchObject({
      code: 1,
      err: expect.stringContaining('petrel upgrade sales'),
    })
    expect(await run('upgrade', 'sales', '-f', values)).toMatchObject(upgraded)
    expect(await run('status')).toMatchObject({ code: 0, out: expect.stringMatching(/^sales +\S+ +1\/1 +– +0 +0 +0/m) })
    expect(await run('doctor')).toMatchObject({ code: 0 })
  } finally {
    await rm(folder, { recursive: true })
  }
})

const kinds = 'all,secret,configmap,networkpolicy,serviceaccount,scaledobject,poddisruptionbudget'

const pathOf = (program: string) => execFileSync('which', [program], { encoding: 'utf8' }).trim()

const podsOf = async (namespace: string) =>
  (await kubectl(['get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/component=endpoint', '-o', 'name'])).trim().split('\n')
