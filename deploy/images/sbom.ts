import { execFileSync } from 'node:child_process'
import { workspaceFlags } from './workspaces.ts'

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

/** Of a CycloneDX document, what is changed here. */
export interface Bom {
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

/** What is in a service's image besides Node and its operating system: every package, its version, licence and hash. */
export function sbomOf(root: string, service: string): Bom {
  // With --omit dev npm leaves out, too, what the service needs when somebody else needs it for development.
  return inProduction(npmSbom(root, workspaceFlags(root, service)), service)
}

/** What package-lock.json installs, tools for development included. */
export const sbomOfAll = (root: string): Bom => named(npmSbom(root, []), 'petrel')

function npmSbom(root: string, flags: readonly string[]): Bom {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', ...flags]
  return JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })) as Bom
}

/** npm takes the name of the folder. */
const named = (bom: Bom, name: string): Bom => ({
  ...bom,
  metadata: { ...bom.metadata, component: { ...bom.metadata.component, name } },
})

/** Without what is only there for development, and named after the image. */
export function inProduction(bom: Bom, service: string): Bom {
  const components = bom.components.filter((component) => !isForDevelopment(component))
  const there = new Set([bom.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])])
  const dependencies = bom.dependencies
    .filter(({ ref }) => there.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => there.has(each)) }))
  return { ...named(bom, `petrel/${service}`), components, dependencies }
}

const isForDevelopment = ({ properties = [] }: Component): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true')
