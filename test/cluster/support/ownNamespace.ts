import { randomBytes } from 'node:crypto'
import { makeNamespace } from './clusterShop.ts'
import { helm, kubectl } from './kubectl.ts'

export interface OwnNamespace extends AsyncDisposable {
  readonly name: string
}

/** A namespace of a test's own. At its end what was installed in it is removed, with its topics, and then the namespace. */
export async function ownNamespace(what: string): Promise<OwnNamespace> {
  const name = `petrel-${what}-${randomBytes(2).toString('hex')}`
  await makeNamespace(name)
  return {
    name,
    async [Symbol.asyncDispose]() {
      // Helm 4 has no --all.
      const whatever = ['--deployed', '--failed', '--pending', '--uninstalling']
      const releases = await helm(['list', '-n', name, ...whatever, '--short'])
      for (const release of releases.split('\n').filter((line) => line !== ''))
        await helm(['uninstall', release, '-n', name, '--wait', '--timeout', '5m'])
      await kubectl(['delete', 'namespace', name, '--wait=true', '--timeout=180s'])
    },
  }
}
