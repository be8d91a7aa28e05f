import { Problem } from '../local/problem.ts'
import { allServices } from '../local/processes/serviceProcess.ts'
import { progress } from '../local/progress.mjs'
import { readOptions } from './options.ts'
import { assertServices, buildServiceImage } from './serviceImage.ts'

// `npm run images -- [service…] [--tag T] [--builder docker|podman|buildah] [--into none|kind|minikube|registry:HOST/PATH]`

const { print, during } = progress()

try {
  const { services, tag, way } = readOptions(process.argv.slice(2), process.env)
  assertServices(services)
  for (const service of services.length > 0 ? services : allServices()) {
    const name = await during(`building the image of ${service}`, buildServiceImage({ service, tag }, way))
    print(`✓ ${name}`)
  }
} catch (error) {
  console.error(error instanceof Problem ? error.message : error)
  process.exitCode = 1
}
