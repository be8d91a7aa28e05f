import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noBrowser } from '../../../test/support/startBrowser.ts'
import { savePng } from './savePng.ts'
import { page } from './svg.ts'

test.skipIf(noBrowser())('a picture is photographed whole, with as many pixels as were asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'picture-'))
  try {
    const file = join(folder, 'picture.png')
    await savePng(page(320, 200, 'A picture', '<rect width="100%" height="100%" fill="teal"/>'), file, 2)
    const png = await readFile(file)
    // https://www.w3.org/TR/png/#11IHDR
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 400])
  } finally {
    await rm(folder, { recursive: true })
  }
})
