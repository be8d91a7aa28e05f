import { copyManifests } from './manifests.ts'

// `node deploy/images/copyManifests.ts sales /manifests`: for the Dockerfile.
const [service = '', folder = ''] = process.argv.slice(2)
copyManifests(process.cwd(), service, folder)
