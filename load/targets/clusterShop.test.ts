import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { campaigns } from '../campaigns/campaigns.ts'
import { assertPossible } from '../runner/eventClock.ts'
import { clusterShop } from './clusterShop.ts'
import { mailLoad } from '../testing/mailLoad.ts'

const address = { url: 'http://shop.example', prometheusUrl: 'http://prometheus.example', namespace: 'petrel' }
afterEach(() => void vi.unstubAllEnvs())

/** Writes down what it is asked, and does nothing. */
async function kubectlThatListens() {
  const folder = await mkdtempDisposable(join(tmpdir(), 'kubectl-'))
  const heard = join(folder.path, 'heard')
  await writeFile(join(folder.path, 'kubectl'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${heard}'\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder.path}:${process.env['PATH']}`)
  return {
    heard: async () => (await readFile(heard, 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => folder.remove(),
  }
}

test('replicas are kept by the autoscaler, which would undo any other way, and given back to it', async () => {
  await using kubectl = await kubectlThatListens()
  const { faults } = clusterShop(address)
  for (const fault of ['stopSubscriber', 'addSubscriber', 'scaleFront', 'giveFrontBack'] as const) await faults[fault]?.()
  const annotation = 'autoscaling.keda.sh/paused-replicas'
  expect(await kubectl.heard()).toEqual([
    `-n petrel annotate scaledobject shop-loyalty ${annotation}=0 --overwrite`,
    `-n petrel annotate scaledobject shop-loyalty ${annotation}- --overwrite`,
    `-n petrel annotate scaledobject shop-client-ui ${annotation}=3 --overwrite`,
    `-n petrel annotate scaledobject shop-client-ui ${annotation}- --overwrite`,
  ])
})

test('what cannot be done in a cluster is refused before the first customer comes', () => {
  const refused = Object.entries(campaigns).flatMap(([name, make]) => {
    try {
      assertPossible(make(mailLoad), clusterShop(address))
      return []
    } catch (error) {
      return [[name, (error as Error).message]]
    }
  })
  expect(refused).toEqual([
    ['blast-broken-sales', '"sales is broken" cannot be done to petrel in petrel here: choose another campaign.'],
  ])
})
