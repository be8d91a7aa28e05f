import { get } from './api.js'
import { onHint } from './live.js'
import { anew, calmed, freshIn, noRows } from './parts/calm.js'
import { askSoon, forget } from './rounds.js'
import { useEffect, useRef, useState } from './view.js'

/** Where nothing was heard for so long, the page asks by itself. */
const anywayMs = 15_000
const againMs = 3_000

/**
 * What the server says at an address, kept fresh.
 * @param path undefined asks nothing
 * @param hints at which it is asked again
 * @param keep what was shown for another address stays until the new answer is there
 * @param once it is asked once, for what is written down each time it is looked at
 * @returns `{ data, path, error, isLoading, reload }`; `path` is what `data` is about; while a later answer fails, `data` is the one before
 */
export function useResource(path, { hints = [], keep = false, once = false } = {}) {
  const [state, setState] = useState({ path, data: undefined, error: undefined, isLoading: true })
  const reload = useRef(() => {})
  useEffect(() => {
    if (path === undefined) return
    const stop = new AbortController()
    let timer
    let asking = false
    const ask = async () => {
      clearTimeout(timer)
      if (asking) askSoon(ask)
      if (asking) return () => {}
      asking = true
      const [next, state] = await answerOf(path, stop.signal)
      asking = false
      if (stop.signal.aborted) return () => {}
      if (!once || next === againMs) timer = setTimeout(() => askSoon(ask), next)
      return () => stop.signal.aborted || setState(state)
    }
    const load = () => void ask().then((show) => show())
    setState((before) => (keep ? { ...before, isLoading: true } : { path, data: undefined, error: undefined, isLoading: true }))
    reload.current = load
    load()
    const deaf = onHint((name) => !once && (name === 'again' || hints.includes(name)) && askSoon(ask))
    return () => {
      deaf()
      forget(ask)
      clearTimeout(timer)
      stop.abort()
    }
  }, [path])
  const isOther = state.path !== path && !keep
  return {
    data: isOther ? undefined : state.data,
    error: isOther ? undefined : state.error,
    isLoading: state.isLoading || isOther,
    path: isOther ? path : state.path,
    reload: () => reload.current(),
  }
}

/** @returns in how many milliseconds to ask again, and the state after the one before */
async function answerOf(path, signal) {
  try {
    const data = await get(path, signal)
    return [anywayMs, { path, data, error: undefined, isLoading: false }]
  } catch (error) {
    const kept = (before) => ({ path, data: before.path === path ? before.data : undefined, error, isLoading: false })
    return [error.isTemporary ? againMs : anywayMs, kept]
  }
}

/**
 * Keeps the rows of a list where they are while live data comes in.
 * @param query what is shown: with another one the list begins anew
 * @param items the latest answer; undefined while there is none
 * @param isElsewhere whether a row that the answer lacks is only on another page
 * @returns `{ rows: [{ item, isGone }], fresh, showFresh }`
 */
export function useCalmList(query, items, isElsewhere = () => false) {
  const held = useRef(noRows)
  const [, redraw] = useState(0)
  held.current = calmed(held.current, query, items, isElsewhere)
  return {
    rows: held.current.rows,
    fresh: freshIn(held.current, items),
    showFresh() {
      held.current = anew(query, items)
      redraw((count) => count + 1)
    },
  }
}
