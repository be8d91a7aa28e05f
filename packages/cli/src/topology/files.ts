import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { topology, type Topology } from '@petrel/messaging/operations'
import { z } from 'zod'
import { kafkaUserManifests } from '../acl/manifests.ts'
import { projectUsers } from '../acl/users.ts'
import { loadServices } from '../services.ts'
import { asyncapi, type SystemInfo } from './asyncapi.ts'
import { diagram } from './diagram.ts'
import { withEndpoint } from './endpointValues.ts'
import { kafkaCluster, kafkaTopics } from './kafkaTopics.ts'
import { withPart } from './markers.ts'
import { messagesDocument } from './messagesDocument.ts'
import { callsOf } from './outside.ts'
import { readPicture } from './picture.ts'
import { servicesTable } from './servicesTable.ts'
import { partsOfChart, type ServiceValues, shopValues } from './shopValues.ts'

/** The topology of all services of a project. @throws CircularSubscription; Problem when a service is not as it should be */
export const readTopology = async (root: string): Promise<Topology> =>
  topology((await loadServices(root)).map(({ endpoint }) => endpoint))

/** Every file that follows from a topology, whole: path below the root → text. */
export async function topologyFiles(root: string, topology: Topology): Promise<Map<string, string>> {
  const values = await serviceValues(root, topology)
  const read = (path: string) => textOf(root, path)
  const kafka = await read('k8s/production/kafka.yaml')
  const files = new Map([
    ['docs/messages.md', messagesDocument(topology)],
    ['docs/asyncapi.json', `${JSON.stringify(asyncapi(topology, await systemInfo(root)), null, 2)}\n`],
    ['k8s/production/topics.yaml', kafkaTopics(topology, kafkaCluster(kafka))],
    ...values.map(({ name, text }): [string, string] => [valuesPath(name), text]),
  ])
  // Users are of use only where Kafka asks for them.
  if (kafka !== '')
    files.set('k8s/production/users.yaml', kafkaUserManifests(await projectUsers(root, { prefix: '' }), kafkaCluster(kafka)))
  const former = await read('README.md')
  if (former !== '') files.set('README.md', await readme(root, former, topology, values))
  const global = await read('charts/shop/global.yaml')
  const isPart = partsOfChart(await read('charts/shop/Chart.yaml'))
  if (global !== '')
    files.set(
      'charts/shop/values.yaml',
      shopValues(
        global,
        values.filter(({ name }) => isPart(name)),
      ),
    )
  return files
}

/** Empty where there is no such file. */
async function textOf(root: string, path: string): Promise<string> {
  const file = join(root, path)
  return existsSync(file) ? readFile(file, 'utf8') : ''
}

const valuesPath = (service: string) => `services/${service}/values.yaml`

/** Of every service that has values, and of every one that has an endpoint. */
async function serviceValues(root: string, { endpoints }: Topology): Promise<ServiceValues[]> {
  const folders = await readdir(join(root, 'services'))
  const names = new Set([...folders, ...endpoints.map(({ name }) => name)])
  const read = [...names].toSorted().map(async (name) => {
    const former = await textOf(root, valuesPath(name))
    const endpoint = endpoints.find((each) => each.name === name)
    return { name, text: endpoint === undefined ? former : withEndpoint(valuesPath(name), former, endpoint) }
  })
  return (await Promise.all(read)).filter(({ text }) => text !== '')
}

async function readme(root: string, former: string, topology: Topology, values: readonly ServiceValues[]): Promise<string> {
  const picture = await readPicture(root)
  const calls = values.flatMap(({ name, text }) => callsOf(name, text))
  const withDiagram = withPart('README.md', former, 'diagram', () => diagram(topology, calls, picture))
  return withPart('README.md', withDiagram, 'services', (table) => servicesTable(table, topology, picture))
}

const packageJson = z.object({ name: z.string(), version: z.string().default('0.0.0'), description: z.string().default('') })

/** What the project's own package.json says about it. */
async function systemInfo(root: string): Promise<SystemInfo> {
  const { name, version, description } = packageJson.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  return { title: name, version, description }
}
