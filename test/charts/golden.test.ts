import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { cases, hasHelm, render, type Resource } from './helm.ts'

// `npx vitest run test/charts -u` writes them anew; look at the difference before you commit it.
describe.skipIf(!hasHelm)('what the charts make is what was looked at before', () => {
  test.each(['shop', 'minimal', 'everything', 'secured'] as const)('%s', async (name) => {
    await expect(asDocuments(render(cases[name]))).toMatchFileSnapshot(`golden/${name}.yaml`)
  })
})

/** Sorted, since versions of helm have orders of their own; without what is drawn by lot. */
function asDocuments(resources: readonly Resource[]): string {
  const documents = resources.toSorted((a, b) => key(a).localeCompare(key(b), 'en')).map((resource) => stringify(resource))
  return documents
    .join('---\n')
    .replaceAll(/(password: |:\/\/\w+:)[A-Za-z0-9]{32}\b/g, '$1drawn')
    .replaceAll(/(checksum\/database: ).*/g, '$1drawn')
}

const key = ({ kind, metadata }: Resource) => `${kind} ${metadata.name}`
