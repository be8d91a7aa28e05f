import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { sbomOfAll } from '../images/sbom.ts'
import { ROOT } from '../local/folders.ts'
import { refused } from './licences.ts'
import { type LockedPackage, lockedPackages } from './lockfile.ts'

const packages = lockedPackages(ROOT)
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

test('the lock file has a version and a hash of every package, and no address to fetch it from', () => {
  expect(packages.length).toBeGreaterThan(100)
  expect(packages.filter(({ version, integrity }) => version === undefined || integrity?.startsWith('sha512-') !== true)).toEqual(
    [],
  )
  expect(packages.filter(({ resolved }) => resolved !== undefined)).toEqual([])
})

test('versions are exact in every package.json of the lock file', () => {
  const manifests = Object.entries((JSON.parse(read('package-lock.json')) as { packages: Record<string, Manifest> }).packages)
  const own = manifests.filter(([path]) => !path.includes('node_modules'))
  const versions = own.flatMap(([, { dependencies = {}, devDependencies = {} }]) =>
    Object.values({ ...dependencies, ...devDependencies }),
  )
  expect(versions.length).toBeGreaterThan(50)
  expect(versions.filter((version) => !/^(\d+\.\d+\.\d+([-.][\w.]+)?|\*)$/.test(version))).toEqual([])
})

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

test('every package has a licence that somebody has looked at', () => {
  expect(refused(packages)).toEqual([])
})

test('a licence that nobody has looked at is refused, and one for tools in what is shipped', () => {
  const shipped: LockedPackage = { name: 'a', path: 'node_modules/a', license: 'MIT' }
  const others = [{ license: 'GPL-3.0-only' }, { license: undefined }, { license: 'MPL-2.0' }].map((each) => ({
    ...shipped,
    ...each,
  }))
  expect(refused([shipped, { ...shipped, license: 'MPL-2.0', dev: true }])).toEqual([])
  expect(refused(others as LockedPackage[])).toEqual(others)
})

test('the list of what is installed is CycloneDX, and has every package of the lock file with its hash', () => {
  const bom = sbomOfAll(ROOT)
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'petrel' } } })
  const listed = new Set(bom.components.map(({ name, version }) => `${name}@${version}`))
  const wanted = packages.filter(({ path }) => path.split('node_modules/').length === 2)
  expect(wanted.filter(({ name, version }) => !listed.has(`${name}@${version}`)).map(({ name }) => name)).toEqual([])
})

test('the public workflow does what .ci/run does, and asks for known vulnerabilities', () => {
  const { permissions, jobs } = parse(read('.github/workflows/ci.yml')) as Workflow
  expect(permissions).toEqual({ contents: 'read' })
  const actions = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []))
  expect(actions.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([])
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
  expect(commands).toEqual(expect.arrayContaining(['.ci/run', 'npm run audit', 'npm run sbom', 'npm run licences']))
})

interface Workflow {
  readonly permissions: object
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }>>
}
