import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { imagesIn, standIns } from './standIns.ts'

test('each image of the ground has a stand-in, for clusters that can reach no registry', async () => {
  const all = await standIns()
  expect(all.length).toBeGreaterThan(0)
  for (const { folder } of all) expect(existsSync(join(folder, 'Dockerfile'))).toBe(true)
})

test('an image has the version that the manifests name, and is built once', () => {
  const manifests =
    '      - image: acme/one:1\n        image: acme/two:2.0\n        image: acme/two:2.0\n        # image: acme/three:3\n'
  expect(imagesIn(manifests)).toEqual(['acme/two:2.0'])
})
