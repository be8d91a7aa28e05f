import type { Progress } from '../local/progress.mjs'
import type { Kubernetes } from './kubernetes.ts'
import { NAMESPACE, RELEASE } from './names.ts'

const INSTALL = ['upgrade', '--install', RELEASE, 'charts/shop', '--values', 'k8s/kind/values.yaml', '--wait', '--timeout=10m']

/** Installs it, or brings it up to date. Resolves when all of it is ready. */
export async function installShop({ helm }: Kubernetes, { print, during }: Progress): Promise<void> {
  await during('installing the shop', helm([...INSTALL, '--namespace', NAMESPACE]))
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
