import type { Mail } from './mails.ts'

const SHOWN = 200

/** The newest mails, all or those to one address. */
export function listPage(mails: readonly Mail[], to: string): string {
  const newest = mails.slice(-SHOWN).toReversed()
  const count = mails.length === 1 ? '1 mail' : `${mails.length} mails`
  const hidden = mails.length > SHOWN ? `, the newest ${SHOWN} are shown` : ''
  const rows = newest.map(row).join('')
  const none = `<p class="none muted">${to ? `No mail to ${escaped(to)} yet.` : 'No mail yet. Place an order, and its confirmation comes here.'}</p>`
  return page(
    'Mailbox',
    `<header><h1>Mailbox</h1><p class="muted">${count}${hidden}. Mails of the local shop end here; nothing leaves this machine.</p></header>
    <form><label>To <input type="search" name="to" value="${escaped(to)}" placeholder="customer@example.com"></label> <button>Show</button></form>
    <div class="card">${newest.length > 0 ? `<table><thead><tr><th>To</th><th>Subject</th><th>Delivered</th></tr></thead><tbody>${rows}</tbody></table>` : none}</div>`,
    '<meta http-equiv="refresh" content="3">',
  )
}

/** One mail, as its reader would see it. */
export function mailPage(mail: Mail): string {
  const facts = { To: mail.to.join(', '), From: mail.from, Delivered: mail.at, 'Message-ID': mail.messageId }
  const rows = Object.entries(facts).map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`)
  // Sandboxed without any permission: what came by mail runs nothing here.
  const body = mail.html
    ? `<iframe sandbox title="The mail" srcdoc="${escaped(mail.html)}"></iframe>`
    : `<pre>${escaped(mail.text)}</pre>`
  return page(
    mail.subject,
    `<p><a href="/">← Mailbox</a></p><h1>${escaped(mail.subject)}</h1><dl>${rows.join('')}</dl><div class="card">${body}</div>`,
  )
}

const row = ({ id, to, subject, at }: Mail) =>
  `<tr><td>${escaped(to.join(', '))}</td><td><a href="/mails/${id}">${escaped(subject)}</a></td><td class="num muted">${time(at)}</td></tr>`

const time = (at: string) => `<time datetime="${escaped(at)}">${escaped(at.slice(0, 19).replace('T', ' '))} UTC</time>`

const page = (title: string, body: string, head = '') => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/mailbox.css">${head}</head><body><main>${body}</main></body></html>
`

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
