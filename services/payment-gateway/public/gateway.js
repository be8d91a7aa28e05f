const lookEveryMs = 2_000

const byId = (id) => document.getElementById(id)
const form = byId('behaviour')
/** The shop is where the navigation leads to: an order's page is there. */
const shop = new URL('/', document.querySelector('nav a').href).href

class Away extends Error {}

async function read(path) {
  const response = await fetch(path).catch(() => {
    throw new Away('The gateway does not answer. What is shown may be old; the page looks again by itself.')
  })
  if (response.ok) return response.json()
  const { reason } = await response.json().catch(() => ({}))
  throw new Away(reason ?? `The gateway answered ${response.status}. The page looks again by itself.`)
}

// ---- behaviour

const percent = (share) => Math.round(share * 10_000) / 100

function fill({ requestsPerSecond, latencyMs, failureRate, declineRate }) {
  form.requestsPerSecond.value = requestsPerSecond ?? ''
  form.latencyMs.value = latencyMs
  form.failureRate.value = percent(failureRate)
  form.declineRate.value = percent(declineRate)
}

async function behave(behaviour) {
  byId('said').textContent = ''
  const response = await fetch('/behaviour', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(behaviour),
  }).catch(() => undefined)
  const answer = await response?.json().catch(() => ({}))
  if (response?.ok) fill(answer)
  byId('said').textContent = response?.ok
    ? 'It behaves like this now.'
    : `Not changed: ${answer?.reason ?? 'the gateway does not answer.'}`
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const limit = form.requestsPerSecond.value
  void behave({
    requestsPerSecond: limit === '' ? null : Number(limit),
    latencyMs: Number(form.latencyMs.value),
    failureRate: Number(form.failureRate.value) / 100,
    declineRate: Number(form.declineRate.value) / 100,
  })
})
byId('well').addEventListener('click', () => void behave({}))

// ---- what was counted

function money(cents, currency) {
  const format = new Intl.NumberFormat('en-IE', { style: 'currency', currency })
  return format.format(cents / 10 ** format.resolvedOptions().maximumFractionDigits)
}

function element(name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

function answerOf({ declinedBecause, isRefunded }) {
  if (declinedBecause) return ['fail', `declined: ${declinedBecause}`]
  return isRefunded ? ['', 'refunded'] : ['ok', 'charged']
}

function row(payment) {
  const { at, orderId, amountCents, currency } = payment
  const [kind, answer] = answerOf(payment)
  return element(
    'li',
    {},
    element('time', { class: 'num muted', datetime: at, title: at }, `${new Date(at).toISOString().slice(11, 19)} UTC`),
    element('a', { href: `${shop}orders/${encodeURIComponent(orderId)}`, title: `Order ${orderId}` }, orderId.slice(-8)),
    element('span', { class: 'num' }, money(amountCents, currency)),
    element('span', { class: `pill ${kind}` }, answer),
  )
}

let shown = ''

function draw(totals, latest) {
  for (const [name, value] of Object.entries(totals)) byId(name).textContent = value
  byId('ordersChargedTwice').className = `num ${totals.ordersChargedTwice === 0 ? 'good' : 'bad'}`
  // Only what was read and is empty is nothing.
  byId('none').hidden = latest.length > 0
  const text = JSON.stringify(latest)
  if (text === shown) return
  shown = text
  byId('latest').replaceChildren(...latest.map(row))
}

let isFilled = false

async function look() {
  try {
    if (!isFilled) fill(await read('/behaviour'))
    isFilled = true
    const [totals, latest] = await Promise.all([read('/charges'), read('/charges/recent')])
    draw(totals, latest)
    byId('notice').textContent = ''
  } catch ({ message }) {
    byId('notice').textContent = message
  }
}

for (;;) {
  if (!document.hidden) await look()
  await new Promise((later) => setTimeout(later, lookEveryMs))
}
