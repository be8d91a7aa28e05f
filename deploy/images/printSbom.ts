import { sbomOf } from './sbom.ts'

// `node deploy/images/printSbom.ts sales`: for the Dockerfile.
console.log(JSON.stringify(sbomOf(process.cwd(), process.argv[2] ?? '')))
