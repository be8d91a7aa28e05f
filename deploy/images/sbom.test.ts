import { expect, test } from 'vitest'
import { ROOT } from '../local/folders.ts'
import { type Bom, inProduction, sbomOf } from './sbom.ts'

const component = (name: string, isForDevelopment: boolean) => ({
  'bom-ref': name,
  name,
  version: '1.0.0',
  properties: isForDevelopment ? [{ name: 'cdx:npm:package:development', value: 'true' }] : [],
})

const namesIn = (bom: Bom) => bom.components.map(({ name }) => name)

test('what a service needs is in its list, also when others need it for development; what only development needs is not', () => {
  const names = namesIn(sbomOf(ROOT, 'billing'))
  expect(names).toEqual(expect.arrayContaining(['kafkajs', 'pg', 'zod', 'commander', 'billing', 'messaging']))
  expect(names).not.toContain('vitest')
  expect(names).not.toContain('mappersmith')
  expect(names).not.toContain('koa')
})

test('the list is named after the image, and nothing in it leads to what is not there', () => {
  const bom: Bom = {
    metadata: { component: component('folder', false) },
    components: [component('pg', false), component('vitest', true)],
    dependencies: [
      { ref: 'folder', dependsOn: ['pg', 'vitest'] },
      { ref: 'vitest', dependsOn: ['pg'] },
    ],
  }
  const found = inProduction(bom, 'sales')
  expect(found.metadata.component.name).toBe('petrel/sales')
  expect(namesIn(found)).toEqual(['pg'])
  expect(found.dependencies).toEqual([{ ref: 'folder', dependsOn: ['pg'] }])
})
