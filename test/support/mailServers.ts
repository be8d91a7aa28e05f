import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'

/** A mail server for a test, on this machine. */
export interface MailServer {
  readonly port: number
  [Symbol.asyncDispose](): Promise<void>
}

/** Accepts every connection, and never says a word. */
export async function hangingMailServer(): Promise<MailServer & { readonly connections: () => number }> {
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    open.add(socket.on('error', () => {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Takes every mail, each after a while, and remembers its Message-ID. */
export async function takingMailServer(eachMs = 0, port = 0): Promise<MailServer & { readonly messageIds: readonly string[] }> {
  const messageIds: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 100,
    onData(stream, _, answer) {
      Promise.all([buffer(stream), sleep(eachMs)])
        .then(([mail]) => messageIds.push(/^Message-ID: (.+)\r$/m.exec(mail.toString())?.[1] ?? ''))
        .then(() => answer(), answer)
    },
  })
  const net = server.listen(port, '127.0.0.1')
  await once(net, 'listening')
  return {
    port: (net.address() as AddressInfo).port,
    messageIds,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
