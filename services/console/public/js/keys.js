import { go } from './router.js'
import { recall, remember, shared } from './shared.js'
import { useEffect } from './view.js'

/** The places that `g` and a letter go to. */
const places = {
  o: ['/', 'Overview'],
  f: ['/failures', 'Failed messages'],
  s: ['/orders', 'Orders'],
  e: ['/endpoints', 'Endpoints'],
  m: ['/map', 'System map'],
  v: ['/events', 'Events'],
  a: ['/actions', 'Actions log'],
}

/** What the keys of the page that is shown do: key → `[what it does, function]`. The latest is asked first; `false` passes it on. */
const registered = []

/** Shortcuts of one key can be switched off: https://www.w3.org/TR/WCAG22/#character-key-shortcuts */
export const keysAreOn = shared(recall('keys', true))
export function switchKeys(isOn) {
  remember('keys', isOn)
  keysAreOn.set(isOn)
}

/** These keys do this for as long as the component is there. @param bindings key → `[what it does, function]` */
export function useKeys(bindings) {
  useEffect(() => {
    registered.push(bindings)
    return () => registered.splice(registered.indexOf(bindings), 1)
  })
}

/** @returns `[key, what it does]` of all that work now */
export function allKeys() {
  const own = new Map(registered.flatMap((bindings) => Object.entries(bindings).map(([key, [says]]) => [key, says])))
  return {
    here: [...own],
    lists: [
      ['j', 'next row'],
      ['k', 'row before'],
      ['Enter', 'open the row'],
      ['x', 'select the row, or not'],
      ['.', 'show what is new'],
    ],
    everywhere: [
      ['/', 'search'],
      ['?', 'this list'],
      ['Esc', 'close, or clear the selection'],
      ...Object.entries(places).map(([key, [, name]]) => [`g ${key}`, name]),
    ],
  }
}

let afterG = false

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const isTyping = event.target.matches?.('input:not([type=checkbox]), textarea, select, [contenteditable]')
  if (isTyping || document.querySelector('dialog[open]') !== null) return
  if (event.key !== 'Escape' && !keysAreOn.get()) return
  if (handled(event.key)) event.preventDefault()
}

function handled(key) {
  if (afterG) {
    afterG = false
    const place = places[key]
    if (place !== undefined) go(place[0])
    return place !== undefined
  }
  if (key === 'g') {
    afterG = true
    setTimeout(() => (afterG = false), 1_500)
    return true
  }
  if (key === 'j' || key === 'k') return moveBy(key === 'j' ? 1 : -1)
  if (key === 'x') return selectRow()
  if (key === '.') return press('[data-fresh]')
  if (key === '/') return focusOn('[data-search]')
  return registered.toReversed().some((bindings) => bindings[key] !== undefined && bindings[key][1]() !== false)
}

/** Rows of the list that has the focus; else of the first one. */
function rows() {
  const list = document.activeElement?.closest('[data-rows]') ?? document.querySelector('[data-rows]')
  return [...(list?.querySelectorAll('[data-row]') ?? [])]
}

const rowOf = (element) => element?.closest('[data-row]')

function moveBy(step) {
  const all = rows()
  const at = all.indexOf(rowOf(document.activeElement))
  const next = all[at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]
  next?.querySelector('[data-go]')?.focus()
  next?.scrollIntoView({ block: 'nearest' })
  return next !== undefined
}

function selectRow() {
  const box = rowOf(document.activeElement)?.querySelector('input[type=checkbox]')
  box?.click()
  return box !== undefined && box !== null
}

function press(selector) {
  const button = document.querySelector(selector)
  button?.click()
  return button !== null
}

function focusOn(selector) {
  const field = document.querySelector(selector)
  if (field === null) go('/failures')
  field?.focus()
  field?.select()
  return true
}

/** @returns the id of the row that has the focus; undefined when none has */
export const focusedRow = () => rowOf(document.activeElement)?.dataset.row

/** Begins to listen to keys. */
export const startKeys = () => addEventListener('keydown', pressed)
