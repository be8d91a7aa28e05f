import { once } from 'node:events'
import { createServer } from 'node:http'
import { urlOf } from './fakeShop.ts'

interface LocalService {
  name: string
  isRunning: boolean
  isBroken: boolean
  failed: number | null
}

/** The control of a local system whose services only remember what was done to them. */
export async function startFakeControl() {
  const billing: LocalService = { name: 'billing', isRunning: true, isBroken: false, failed: null }
  const sales: LocalService = { name: 'sales', isRunning: true, isBroken: false, failed: 0 }
  const services = [billing, sales]
  const acts: Readonly<Record<string, (service: LocalService) => void>> = {
    start: (service) => void (service.isRunning = true),
    stop: (service) => void (service.isRunning = false),
    break: (service) => void (service.isBroken = true),
    mend: (service) => void (service.isBroken = false),
    replay: (service) => void (service.failed = 0),
  }
  const server = createServer((request, response) => {
    const [, , name, action = ''] = (request.url ?? '').split('/')
    const service = services.find((each) => each.name === name)
    if (service !== undefined && request.method === 'POST') acts[action]?.(service)
    const body = service === undefined ? { services } : { message: `${action} ${name}` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: urlOf(server.address()),
    billing,
    sales,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
