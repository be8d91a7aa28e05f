import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Router } from '@koa/router'
import { sharedPublicFolder } from '@petrel/pages'
import Koa, { type Context } from 'koa'
import { type Kept, type Mails, openMails, readMail } from './mails.ts'
import { listPage, mailPage, nothingPage, type Wanted } from './page.ts'
import { listenForMails } from './smtp.ts'

export interface MailboxOptions {
  /** Mails are kept here, and there again after a restart. */
  readonly dataDir: string
  readonly smtpPort: number
  readonly httpPort: number
  /** Where the shop listens, on the same machine: a mail links to its order's page. */
  readonly shopPort?: number
  /** Whom it listens to. Default: this machine alone. */
  readonly host?: string
}

export interface Mailbox {
  stop(): Promise<void>
}

/** A substitute for the customers' mailboxes: takes every mail, shows it on a page and at `GET /api/mails?to=&order=`. */
export async function startMailbox({
  dataDir,
  smtpPort,
  httpPort,
  shopPort = 8080,
  host = '127.0.0.1',
}: MailboxOptions): Promise<Mailbox> {
  const mails = await openMails(join(dataDir, 'mails.jsonl'))
  const stopListening = await listenForMails(mails, smtpPort, host)
  const server = mailboxApp(mails, await readPublicFiles(), shopPort).listen(httpPort, host)
  await once(server, 'listening')
  return {
    async stop() {
      await stopListening()
      server.close()
      server.closeAllConnections()
    },
  }
}

const publicFiles: Readonly<Record<string, string | URL>> = {
  '/css/tokens.css': join(sharedPublicFolder, 'css', 'tokens.css'),
  '/css/frame.css': join(sharedPublicFolder, 'css', 'frame.css'),
  '/mailbox.css': new URL('../public/mailbox.css', import.meta.url),
  '/mailbox.js': new URL('../public/mailbox.js', import.meta.url),
}

/** Path → content. */
export async function readPublicFiles(): Promise<ReadonlyMap<string, string>> {
  const read = Object.entries(publicFiles).map(async ([path, file]) => [path, await readFile(file, 'utf8')] as const)
  return new Map(await Promise.all(read))
}

/** Nothing of a mail runs here or is loaded from elsewhere; its own looks it may have. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** The page and its API. */
export function mailboxApp(mails: Mails, files: ReadonlyMap<string, string>, shopPort: number): Koa {
  const router = new Router()
  // The name under which the browser found this page; a Host that is none is not written into it.
  const shop = ({ hostname }: Context) => `http://${/^[\w.-]+$/.test(hostname) ? hostname : 'localhost'}:${shopPort}`
  router.get('/', async (ctx) => {
    const wanted = wantedBy(ctx)
    ctx.body = await listPage(await found(mails, wanted), wanted, shop(ctx))
  })
  router.get('/mails/:id', async (ctx) => {
    const mail = mails.all()[Number(ctx.params['id']) - 1]
    if (mail) ctx.body = mailPage(await readMail(mail), shop(ctx))
  })
  router.get([...files.keys()], (ctx) => {
    ctx.type = ctx.path.slice(ctx.path.lastIndexOf('.'))
    ctx.body = files.get(ctx.path)
  })
  router.get('/api/mails', async (ctx) => {
    ctx.body = await Promise.all((await found(mails, wantedBy(ctx))).map(readMail))
  })
  router.get('/api/count', async (ctx) => {
    ctx.body = { count: (await found(mails, wantedBy(ctx))).length }
  })
  router.get('/live', (ctx) => {
    ctx.body = { live: true }
  })
  router.get('/ready', (ctx) => {
    ctx.body = { ready: true }
  })
  const app = new Koa()
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', contentSecurityPolicy)
    await next()
    if (ctx.status !== 404 || ctx.path.startsWith('/api/')) return
    ctx.body = nothingPage(shop(ctx))
    ctx.status = 404
  })
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

function wantedBy(ctx: Context): Wanted {
  const query = new URLSearchParams(ctx.querystring)
  const page = Number(query.get('page') ?? 1)
  return { to: query.get('to') ?? '', order: query.get('order') ?? '', page: Number.isInteger(page) && page > 0 ? page : 1 }
}

async function found(mails: Mails, { to, order }: Wanted): Promise<readonly Kept[]> {
  const addressed = to ? mails.to(to) : mails.all()
  if (!order) return addressed
  // Only what names the order has to be read.
  const named = await Promise.all(addressed.filter((mail) => !('raw' in mail) || mail.raw.includes(order)).map(readMail))
  return named.filter(({ orderId }) => orderId === order)
}
