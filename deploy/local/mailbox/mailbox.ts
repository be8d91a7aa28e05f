import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Router } from '@koa/router'
import { sharedPublicFolder } from '@petrel/pages'
import Koa from 'koa'
import { type Mails, openMails } from './mails.ts'
import { listPage, mailPage } from './page.ts'
import { listenForMails } from './smtp.ts'

export interface MailboxOptions {
  /** Mails are kept here, and there again after a restart. */
  readonly dataDir: string
  readonly smtpPort: number
  readonly httpPort: number
}

export interface Mailbox {
  stop(): Promise<void>
}

/** A substitute for the customers' mailboxes: takes every mail, shows it on a page and at `GET /api/mails?to=`. */
export async function startMailbox({ dataDir, smtpPort, httpPort }: MailboxOptions): Promise<Mailbox> {
  const mails = await openMails(join(dataDir, 'mails.jsonl'))
  const stopListening = await listenForMails(mails, smtpPort)
  const stylesheets = new Map([
    ['/css/tokens.css', await readFile(join(sharedPublicFolder, 'css', 'tokens.css'), 'utf8')],
    ['/mailbox.css', await readFile(new URL('mailbox.css', import.meta.url), 'utf8')],
  ])
  const server = mailboxApp(mails, stylesheets).listen(httpPort, '127.0.0.1')
  await once(server, 'listening')
  return {
    async stop() {
      await stopListening()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The page and its API. @param stylesheets path → content */
export function mailboxApp(mails: Mails, stylesheets: ReadonlyMap<string, string>): Koa {
  const router = new Router()
  const wanted = (to: string) => (to ? mails.to(to) : mails.all())
  router.get('/', (ctx) => {
    const to = new URLSearchParams(ctx.querystring).get('to') ?? ''
    ctx.body = listPage(wanted(to), to)
  })
  router.get('/mails/:id', (ctx) => {
    const mail = mails.all()[Number(ctx.params['id']) - 1]
    if (mail) ctx.body = mailPage(mail)
  })
  router.get([...stylesheets.keys()], (ctx) => {
    ctx.type = 'css'
    ctx.body = stylesheets.get(ctx.path)
  })
  router.get('/api/mails', (ctx) => {
    ctx.body = wanted(new URLSearchParams(ctx.querystring).get('to') ?? '')
  })
  const app = new Koa()
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}
