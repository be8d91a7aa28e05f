import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cases, render } from '../../test/charts/helm.ts'
import { ROOT } from '../local/folders.ts'
import { kindSchemas, type OpenApi } from './kindSchemas.ts'

// `npm run charts:schemas`: asks the cluster of KUBECONFIG, which must have KEDA and the kinds of the Prometheus operator, what
// the kinds look like that the charts make. `npm run check` compares with them where there is no cluster.
const folder = join(ROOT, 'test', 'charts', 'schemas')
const openApi = execFileSync('kubectl', ['get', '--raw', '/openapi/v2'], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
const { definitions } = JSON.parse(openApi) as { definitions: Record<string, OpenApi> }

const resources = Object.values(cases).flatMap((one) => render(one))
const kinds = new Set(resources.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`))

mkdirSync(folder, { recursive: true })
for (const [file, schema] of kindSchemas(definitions, kinds)) writeFileSync(join(folder, file), `${JSON.stringify(schema)}\n`)
console.log(`${kinds.size} kinds written to test/charts/schemas.`)
