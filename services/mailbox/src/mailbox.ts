import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Router } from '@koa/router'
import { httpDurations, type MetricsRegistry, processRegistry } from '@petrel/messaging/metrics'
import { contentSecurityPolicy, pageType, readFolder, sharedPublicFolder, shopAt } from '@petrel/pages'
import Koa, { type Context, type Middleware } from 'koa'
import { type Mail, type MailHead, readHead, readMail } from './mail.ts'
import { type Mails, openMails, standardKeeps } from './mails.ts'
import { mailMetrics } from './metrics.ts'
import { idsOnPage, listPage, mailPage, nothingPage, type Wanted } from './page.ts'
import { listenForMails } from './smtp.ts'

export interface MailboxOptions {
  /** Mails are kept here, and there again after a restart. */
  readonly dataDir: string
  /** How many: the newest. Default: `standardKeeps`. */
  readonly keeps?: number
  readonly smtpPort: number
  readonly httpPort: number
  /** Where the shop listens, on the same machine: a mail links to its order's page. */
  readonly shopPort?: number
  /** Whom it listens to. Default: this machine alone. */
  readonly host?: string
  /** Where it counts. Default: nobody looks. */
  readonly registry?: MetricsRegistry
}

export interface Mailbox {
  stop(): Promise<void>
}

/** A substitute for the customers' mailboxes: takes every mail, shows it on a page and at `GET /api/mails?to=&order=`. */
export async function startMailbox({
  dataDir,
  keeps = standardKeeps,
  smtpPort,
  httpPort,
  shopPort = 8080,
  host = '127.0.0.1',
  registry = processRegistry('mailbox'),
}: MailboxOptions): Promise<Mailbox> {
  const mails = await openMails(dataDir, keeps)
  const metrics = mailMetrics(registry, mails)
  const stopListening = await listenForMails(mails, { port: smtpPort, host, metrics })
  const app = mailboxApp(mails, await readPublicFiles(), shopPort, httpDurations(registry))
  const server = app.listen(httpPort, host)
  await once(server, 'listening')
  return {
    async stop() {
      await stopListening()
      server.close()
      server.closeAllConnections()
    },
  }
}

const publicFolder = join(import.meta.dirname, '../public')

/** Nothing of a mail runs here or is loaded from elsewhere; its own looks it may have. */
const policy = contentSecurityPolicy({
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'form-action': "'self'",
})

/** Path → content. */
export const readPublicFiles = async (): Promise<ReadonlyMap<string, Buffer>> =>
  new Map((await Promise.all([sharedPublicFolder, publicFolder].map(readFolder))).flat())

/** The page and its API. */
export function mailboxApp(mails: Mails, files: ReadonlyMap<string, Buffer>, shopPort: number, measure?: Middleware): Koa {
  const router = new Router()
  const shop = (ctx: Context) => shopAt(ctx, shopPort)
  router.get('/', async (ctx) => {
    const wanted = wantedBy(ctx)
    const ids = mails.find(wanted)
    const shown: MailHead[] = []
    for await (const head of inOrder(mails, idsOnPage(ids, wanted), readHead)) shown.push(head)
    const list = { wanted, found: ids.length, newest: ids.at(-1) ?? 0, shown, counts: mails.counts() }
    ctx.body = listPage(list, shop(ctx))
  })
  router.get('/mails/:id', async (ctx) => {
    for await (const mail of inOrder(mails, [Number(ctx.params['id'])], readMail)) ctx.body = mailPage(mail, shop(ctx))
  })
  router.get([...files.keys()], (ctx) => {
    ctx.type = pageType(ctx.path)
    ctx.body = files.get(ctx.path)
  })
  router.get('/api/mails', (ctx) => {
    ctx.type = 'json'
    ctx.body = Readable.from(jsonArray(inOrder(mails, mails.find(wantedBy(ctx)), readMail)))
  })
  router.get('/api/count', (ctx) => {
    const after = Number(new URLSearchParams(ctx.querystring).get('after') ?? 0)
    ctx.body = { count: mails.find(wantedBy(ctx)).filter((id) => id > after).length, ...mails.counts() }
  })
  router.get('/live', (ctx) => {
    ctx.body = { live: true }
  })
  router.get('/ready', (ctx) => {
    ctx.body = { ready: true }
  })
  const app = new Koa()
  if (measure !== undefined) app.use(measure)
  app.use(async (ctx, next) => {
    ctx.set('Content-Security-Policy', policy)
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

/** One after the other: all at once might not fit into memory. Mails that have left meanwhile are left out. */
async function* inOrder<Read>(mails: Mails, ids: readonly number[], read: (line: string, id: number) => Promise<Read>) {
  for (const id of ids) {
    const line = await mails.line(id)
    if (line !== undefined) yield await read(line, id)
  }
}

async function* jsonArray(mails: AsyncIterable<Mail>): AsyncGenerator<string> {
  let before = '['
  for await (const mail of mails) {
    yield before + JSON.stringify(mail)
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}
