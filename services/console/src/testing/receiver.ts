import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Somebody who is asked or told over HTTP. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: { readonly headers: IncomingMessage['headers']; readonly body: string }[]
  /** What it answers. */
  status: number
}

export async function receiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      self.received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
      response.writeHead(self.status).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const self: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    status: 204,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
  return self
}
