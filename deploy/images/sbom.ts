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
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', ...workspaceFlags(root, service)]
  return inProduction(JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })) as Bom, service)
}

/** Without what is only there for development, and named after the image: npm takes the name of the folder. */
export function inProduction(bom: Bom, service: string): Bom {
  const components = bom.components.filter((component) => !isForDevelopment(component))
  const there = new Set([bom.metadata.component['bom-ref'], ...components.map((component) => component['bom-ref'])])
  const dependencies = bom.dependencies
    .filter(({ ref }) => there.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => there.has(each)) }))
  const component = { ...bom.metadata.component, name: `petrel/${service}` }
  return { ...bom, metadata: { ...bom.metadata, component }, components, dependencies }
}

const isForDevelopment = ({ properties = [] }: Component): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true')
