import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sharedPublicFolder } from './index.ts'

const root = join(import.meta.dirname, '../../..')
const folders = [
  'services/client-ui/public',
  'services/payment-gateway/public',
  'services/mailbox/public',
  'services/console/public',
]

test('the palette is defined once: no page defines one of its variables again', async () => {
  const palette = new Set(variablesIn(await readFile(join(sharedPublicFolder, 'css/tokens.css'), 'utf8')))
  expect(palette).toContain('--ok')
  for (const folder of folders) {
    for (const file of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!/\.(css|html|ts)$/.test(file.name)) continue
      const own = variablesIn(await readFile(join(file.parentPath, file.name), 'utf8'))
      expect(
        own.filter((name) => palette.has(name)),
        file.name,
      ).toEqual([])
    }
  }
})

test('light and dark are both complete: every colour has a value in each', async () => {
  const css = await readFile(join(sharedPublicFolder, 'css/tokens.css'), 'utf8')
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')
  const colours = [...light.matchAll(/(--[\w-]+):\s*#/g)].map(([, name]) => name)
  expect(colours.length).toBeGreaterThan(10)
  expect(variablesIn(dark)).toEqual(expect.arrayContaining(colours))
})

const variablesIn = (css: string): string[] => [...css.matchAll(/(--[\w-]+)\s*:/g)].map(([, name = '']) => name)
