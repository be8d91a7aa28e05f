import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadServices, projectRoot } from './services.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'petrel-cli-'))
})
afterEach(() => rm(root, { recursive: true }))

const anEndpoint = (name: string) =>
  `{ name: '${name}', handlers: [], sagas: [], produces: [], recoverability: {}, concurrency: 1, partitions: 1, from: 'earliest' }`

async function service(name: string, source: string, ...folders: string[]): Promise<void> {
  for (const folder of ['src', ...folders]) await mkdir(join(root, 'services', name, folder), { recursive: true })
  await writeFile(join(root, 'services', name, 'src', 'endpoint.ts'), source)
}

test('a service is found by the one endpoint that its file exports', async () => {
  await service('sales', `export const limit = 3\nexport const sales = ${anEndpoint('sales')}`, 'migrations')
  await service('audit', `export const audit = ${anEndpoint('audit')}`)
  await mkdir(join(root, 'services', 'no-endpoint'))
  const services = await loadServices(root)
  expect(services.map(({ name, endpoint, migrations }) => [name, endpoint.name, migrations])).toEqual([
    ['audit', 'audit', undefined],
    ['sales', 'sales', join(root, 'services', 'sales', 'migrations')],
  ])
  expect((await loadServices(root, ['sales', 'sales'])).map(({ name }) => name)).toEqual(['sales'])
})

test('a service that is not there is named, with those that are', async () => {
  await service('sales', `export const sales = ${anEndpoint('sales')}`)
  await expect(loadServices(root, ['stock'])).rejects.toThrow('There is no service stock. There are: sales.')
})

test.each([
  ['none', 'export const nothing = 1'],
  ['two', `export const a = ${anEndpoint('a')}\nexport const b = ${anEndpoint('b')}`],
])('a file that exports %s is an error that says what it should be', async (name, source) => {
  await service(name, source)
  await expect(loadServices(root)).rejects.toThrow(/endpoint\.ts exports \d endpoints; it should export one/)
})

test('the project is found from any folder in it', async () => {
  await service('sales', '')
  expect(projectRoot(join(root, 'services', 'sales', 'src'))).toBe(root)
})
