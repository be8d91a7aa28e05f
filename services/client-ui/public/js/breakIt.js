import { actOn, localServices } from './api.js'
import { byId, element, say } from './dom.js'
import { plural } from './words.js'

const refreshMs = 3_000
const openingMs = 1_000

/**
 * The lessons of the README by mouse, where the whole system runs on one machine (`npm start`). Each says what to do, and then
 * what to look at.
 */
const lessons = [
  {
    service: 'billing',
    title: 'A service that is not there',
    says: ({ isRunning }) =>
      isRunning
        ? 'Stop billing, then place an order: the customer has an answer at once, and the order waits.'
        : 'Billing is stopped. Place an order and look at its page; start billing again, and the order goes on.',
    buttons: ({ isRunning }) => [isRunning ? ['stop', 'Stop billing'] : ['start', 'Start billing']],
  },
  {
    service: 'sales',
    title: 'A bug',
    says: ({ isBroken, failed }) =>
      isBroken
        ? 'Sales has a bug. Place an order: it fails, four times within 14 seconds, and then waits for a person. Mend the bug.'
        : failed > 0
          ? `The bug is mended. ${plural(failed, 'message')} of sales ${failed === 1 ? 'waits' : 'wait'} for a person: replay, and the orders go on.`
          : 'Break sales, then place an order: it is accepted all the same, and nothing is lost.',
    buttons: ({ isBroken, failed }) => [
      isBroken ? ['mend', 'Mend sales'] : ['break', 'Break sales'],
      ...(!isBroken && failed > 0 ? [['replay', `Replay ${failed}`]] : []),
    ],
  },
]

const drawn = new Map()
let trouble = ''

function draw(services) {
  // Below the goods, so after them: nothing jumps.
  byId('break').hidden = byId('goods').getAttribute('aria-busy') === 'true'
  for (const lesson of lessons) {
    const state = services.find(({ name }) => name === lesson.service)
    if (state !== undefined) drawLesson(lesson, state)
  }
}

function drawLesson(lesson, state) {
  const card = drawn.get(lesson) ?? makeLesson(lesson)
  say(card.says, lesson.says(state))
  const buttons = lesson.buttons(state)
  const shown = buttons.map(([, label]) => label).join()
  if (card.shown === shown) return
  card.shown = shown
  const hadFocus = card.buttons.contains(document.activeElement)
  card.buttons.replaceChildren(...buttons.map(([action, label]) => makeButton(lesson.service, action, label)))
  if (hadFocus) card.buttons.firstChild.focus()
}

function makeLesson(lesson) {
  const says = element('p', { class: 'muted', role: 'status' })
  const buttons = element('div', { class: 'buttons' })
  byId('break').append(element('div', { class: 'lesson' }, element('h3', {}, lesson.title), says, buttons))
  const card = { says, buttons, shown: '' }
  drawn.set(lesson, card)
  return card
}

function makeButton(service, action, label) {
  const button = element('button', { type: 'button' }, label)
  button.addEventListener('click', async () => {
    button.setAttribute('aria-busy', 'true')
    button.disabled = true
    try {
      await actOn(service, action)
      trouble = ''
    } catch ({ message }) {
      trouble = message
    }
    await look()
    button.removeAttribute('aria-busy')
    button.disabled = false
  })
  return button
}

/** @returns whether there is something to break here */
async function look() {
  if (document.hidden) return true
  try {
    const local = await localServices()
    if (local === undefined) return false
    draw(local.services)
    say(byId('break-trouble'), trouble)
  } catch ({ message }) {
    // The strip stays as it was; what cannot be read now is no news about the services.
    if (!byId('break').hidden) say(byId('break-trouble'), message)
  }
  return true
}

async function keepLooking() {
  if (await look()) setTimeout(keepLooking, byId('break').hidden ? openingMs : refreshMs)
}

void keepLooking()
