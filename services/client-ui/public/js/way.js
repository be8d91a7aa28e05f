import { byId, element, say } from './dom.js'
import { mark, stateWords } from './marks.js'
import { clock, dayAndTime, lasting } from './words.js'

const rows = new Map()
const words = { late: 'waiting', stuck: 'no answer', now: '…' }

/** Draws an order's steps. @param after how long after its beginning a moment was, in milliseconds */
export function drawWay(steps, after) {
  for (const step of steps) drawStep(step, after)
}

function makeRow(key, label) {
  const sign = element('span', { class: 'mark' })
  const note = element('small', { class: 'num' })
  const extra = element('small')
  const word = element('span', { class: 'unseen' })
  const item = element('li', {}, sign, element('b', {}, label), word, note, extra)
  byId('way').append(item)
  const row = { item, sign, note, extra, word, state: undefined }
  rows.set(key, row)
  return row
}

function drawStep({ key, label, state, at, note }, after) {
  const row = rows.get(key) ?? makeRow(key, label)
  if (row.state !== state) {
    row.item.className = state
    row.sign.replaceChildren(mark(state))
    if (row.state !== undefined) row.sign.classList.add('fresh')
    say(row.word, `: ${stateWords[state]}`)
    row.state = state
  }
  if (key === 'accepted') say(row.note, at === undefined ? '' : `${clock(new Date(at)).slice(0, 8)} UTC`)
  else say(row.note, at === undefined ? (words[state] ?? '') : `+${lasting(after(at))}`)
  if (at !== undefined) row.note.title = dayAndTime(new Date(at))
  say(row.extra, note ?? '')
}
