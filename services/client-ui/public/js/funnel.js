import { byId, element, say } from './dom.js'
import { needsPerson, stepsOf } from './steps.js'

const rows = []

/** How many of these orders have taken each step, of how many; a dash as long as that is not known. */
export function drawFunnel(orders, of, isKnown) {
  const labels = stepsOf({ history: [] }).steps.map(({ label }) => label)
  for (const [at, label] of labels.entries()) {
    const row = (rows[at] ??= makeRow(label))
    const count = orders.filter(({ view }) => view.steps[at].state === 'done').length
    say(row.count, isKnown ? String(count) : '–')
    row.bar.style.transform = `translateX(${of === 0 ? -100 : (count / of) * 100 - 100}%)`
  }
}

function makeRow(label) {
  const count = element('b', { class: 'num' })
  const bar = element('i')
  byId('funnel').append(element('li', {}, count, element('span', { class: 'meter' }, bar), element('span', {}, label)))
  return { count, bar }
}

const kinds = [
  ['stuck or delayed', 'wait', ({ view, status }) => needsPerson(view, status)],
  ['payment declined', 'fail', ({ status }) => status === 'declined'],
  ['sold out', 'fail', ({ status }) => status === 'rejected'],
  ['refunded', 'fail', ({ status }) => status === 'refunded'],
  ['cancelled', '', ({ status }) => status === 'cancelled'],
]
const pills = new Map()

/** How many of them took another way than the usual one. */
export function drawOtherWays(orders) {
  for (const [text, kind, isOne] of kinds) {
    const count = orders.filter(isOne).length
    let pill = pills.get(text)
    if (pill === undefined && count === 0) continue
    if (pill === undefined) {
      pill = element('li', { class: `pill ${kind}` })
      pills.set(text, pill)
      byId('aside').append(pill)
    }
    pill.hidden = count === 0
    say(pill, `${count} ${text}`)
  }
}
