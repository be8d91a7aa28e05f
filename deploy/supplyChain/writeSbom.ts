import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sbomOfAll } from '../images/sbom.ts'
import { LOCAL, ROOT } from '../local/folders.ts'

// `npm run sbom`: what package-lock.json installs, tools included. `npm run images` writes that of each image beside it.
const folder = join(LOCAL, 'sbom')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'petrel.cdx.json'), `${JSON.stringify(sbomOfAll(ROOT), undefined, 2)}\n`)
console.log('Written: .local/sbom/petrel.cdx.json (CycloneDX)')
