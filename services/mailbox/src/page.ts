import { escaped, type PageName, pageHeader } from '@petrel/pages'
import type { Mail, MailHead } from './mail.ts'
import type { Counts } from './mails.ts'

/** Mails on one page. */
const PAGE = 50

/** Which mails somebody wants to see. */
export interface Wanted {
  readonly to: string
  readonly order: string
  /** 1 for the newest. */
  readonly page: number
}

/** What a page of the list is made of. */
export interface Listed {
  readonly wanted: Wanted
  /** How many there are, on all pages. */
  readonly found: number
  /** The number of the newest of them; 0 when there is none. */
  readonly newest: number
  /** Those of this page, newest first. */
  readonly shown: readonly MailHead[]
  readonly counts: Counts
}

/** Which mails are on a page, newest first. @param ids of all that were asked for, oldest first */
export const idsOnPage = (ids: readonly number[], { page }: Wanted): number[] =>
  ids.slice(Math.max(0, ids.length - page * PAGE), Math.max(0, ids.length - (page - 1) * PAGE)).toReversed()

/** The mails, newest first, page by page. */
export function listPage({ wanted: { to, order, page }, found, newest, shown, counts }: Listed, shop: string): string {
  const pages = Math.max(1, Math.ceil(found / PAGE))
  const items = shown.map((mail) => item(mail, shop)).join('')
  return document(
    'Mailbox',
    shop,
    'Mailbox',
    `<div><h1>Mailbox</h1><p class="muted">Every mail of the shop ends here; nothing leaves this machine.</p></div>
    <form class="find">
      <div class="field"><label for="to">To</label><input type="search" id="to" name="to" value="${escaped(to)}" placeholder="customer@example.com" autocomplete="off"></div>
      <button>Show</button>${to || order ? '<a class="button" href="/">Show all</a>' : ''}
    </form>
    <div class="state">
      <strong class="num" id="count"><span data-newest="${newest}">${counted(found)}</span></strong>${aboutWhat(to, order)}<span class="muted num" id="left">${haveLeft(counts)}</span>
      <button type="button" id="live" aria-pressed="true" hidden>Live</button>
      <button type="button" id="fresh" hidden></button>
      <span class="muted" id="says" role="status"></span>
    </div>
    <div id="list">${items ? `<ul class="card">${items}</ul>` : `<p class="card empty">${nothing(to, order)}</p>`}</div>
    ${pages > 1 ? turning({ to, order, page }, pages) : ''}`,
    '<script type="module" src="/mailbox.js"></script>',
  )
}

const counted = (count: number): string => (count === 1 ? '1 mail' : `${count} mails`)

const haveLeft = ({ came, since, kept }: Counts): string =>
  came > kept && since ? `${came} mails came since ${time(since.toISOString())}; the newest ${kept} are kept.` : ''

const aboutWhat = (to: string, order: string): string =>
  `${to ? ` <span class="muted">to ${escaped(to)}</span>` : ''}${order ? ` <span class="muted">about order ${escaped(shortId(order))}</span>` : ''}`

function nothing(to: string, order: string): string {
  if (order) return `No mail about order ${escaped(shortId(order))} yet.`
  return to ? `No mail to ${escaped(to)} yet.` : 'No mail yet. Place an order, and its confirmation comes here.'
}

function item({ id, to, subject, at, orderId }: MailHead, shop: string): string {
  return `<li class="mail"><h2><a href="/mails/${id}">${escaped(withoutOrder(subject, orderId))}</a></h2><span class="to muted">${escaped(to.join(', '))}</span>${orderLink(orderId, shop)}${time(at)}</li>`
}

const orderLink = (orderId: string | undefined, shop: string): string =>
  orderId
    ? `<a class="order" href="${shop}/orders/${encodeURIComponent(orderId)}" title="Order ${escaped(orderId)}">${escaped(shortId(orderId))}</a>`
    : '<span></span>'

/** In the list the order is named, and linked, beside the subject. */
const withoutOrder = (subject: string, orderId = ''): string => subject.replace(` (order ${shortId(orderId)})`, '')

/** As the shop's pages name an order. */
const shortId = (orderId: string): string => orderId.slice(-8)

function turning({ to, order, page }: Wanted, pages: number): string {
  const link = (number: number, words: string) => {
    if (number < 1 || number > pages) return ''
    const query = new URLSearchParams({ ...(to && { to }), ...(order && { order }), page: String(number) })
    return `<a class="button" href="/?${escaped(query.toString())}">${words}</a>`
  }
  return `<nav class="pages" aria-label="More mails">${link(page - 1, 'Newer')}<span class="muted num">Page ${page} of ${pages}</span>${link(page + 1, 'Older')}</nav>`
}

/** One mail, as its reader would see it. */
export function mailPage({ to, from, subject, text, html, at, messageId, orderId }: Mail, shop: string): string {
  const facts = [
    ['To', escaped(to.join(', '))],
    ['From', escaped(from)],
    ['Delivered', time(at)],
    ...(orderId ? [['Order', orderLink(orderId, shop)]] : []),
    ['Message-ID', escaped(messageId)],
  ]
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')
  // Sandboxed without any permission: what came by mail runs nothing here, and loads nothing.
  const body = html
    ? `<iframe sandbox title="The mail" srcdoc="${escaped(html)}"></iframe>`
    : `<pre tabindex="0">${escaped(text)}</pre>`
  return document(
    subject,
    shop,
    'Mailbox',
    `<p><a href="/">← All mails</a></p><h1>${escaped(subject)}</h1><dl class="facts">${rows}</dl><div class="card letter">${body}</div>`,
  )
}

/** What is not there, said as a page. */
export const nothingPage = (shop: string): string =>
  document(
    'Nothing here',
    shop,
    undefined,
    '<section class="card empty"><h1>There is nothing here</h1><p>No mail has this address. All of them are in the <a href="/">mailbox</a>.</p></section>',
  )

/** All pages and the terminal show one time zone. */
const time = (at: string): string =>
  `<time class="num muted" datetime="${escaped(at)}">${escaped(at.slice(0, 19).replace('T', ' '))} UTC</time>`

const document = (title: string, shop: string, current: PageName | undefined, body: string, head = ''): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(title)}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/css/frame.css"><link rel="stylesheet" href="/mailbox.css">${head}</head>
<body>${pageHeader(shop, current)}<main id="main">${body}</main></body></html>
`
