import type { Progress } from '../local/progress.mjs'
import type { Kubernetes } from './kubernetes.ts'
import { NAMESPACE, RELEASE } from './names.ts'

const INSTALL = ['upgrade', '--install', RELEASE, 'charts/shop', '--values', 'k8s/kind/values.yaml', '--wait', '--timeout=10m']

/** Installs it, or brings it up to date. Resolves when all of it is ready. @param registry that has the images; '': the nodes have them */
export async function installShop({ helm }: Kubernetes, registry: string, { print, during }: Progress): Promise<void> {
  const from = registry ? ['--set-string', `global.image.registry=${registry}`] : []
  await during('installing the shop', helm([...INSTALL, ...from, '--namespace', NAMESPACE]))
  print('✓ the shop is ready')
}

/** The shop, and what was installed beside it. */
export async function uninstallReleases({ helm }: Kubernetes, { print, during }: Progress): Promise<void> {
  const releases = (await helm(['list', '--namespace', NAMESPACE, '--short', '--all'])).split('\n').filter(Boolean)
  for (const release of releases) {
    await during(`uninstalling ${release}`, helm(['uninstall', release, '--namespace', NAMESPACE, '--wait', '--timeout=5m']))
    print(`✓ ${release} is uninstalled`)
  }
}
