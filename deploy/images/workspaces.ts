import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The workspaces whose dependencies an image installs: the service's own, and `petrel`'s where the service keeps something, and
 * so has something to deploy.
 * @throws Error when there is no such service
 */
export function workspacesOf(root: string, service: string): string[] {
  const has = (path: string) => existsSync(join(root, 'services', service, path))
  if (service === '' || !has('src/main.ts'))
    throw new Error(`There is no service "${service}" to make an image of: --build-arg SERVICE=<a folder of services/>`)
  const keepsSomething = has('src/endpoint.ts') || has('migrations')
  return [`services/${service}`, ...(keepsSomething ? ['packages/cli'] : [])]
}

/** As npm takes them. */
export const workspaceFlags = (root: string, service: string): string[] =>
  workspacesOf(root, service).map((workspace) => `--workspace=${workspace}`)
