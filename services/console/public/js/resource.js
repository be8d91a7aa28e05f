import { get } from './api.js'
import { onHint } from './live.js'
import { anew, calmed, freshIn, noRows } from './parts/calm.js'
import { useEffect, useRef, useState } from './view.js'

/** At most twice a second: enough to look live, and calm. */
const calmMs = 500
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
    let isWantedAgain = false
    const load = async () => {
      clearTimeout(timer)
      if (asking) return void (isWantedAgain = true)
      asking = true
      isWantedAgain = false
      let next = anywayMs
      try {
        const data = await get(path, stop.signal)
        if (stop.signal.aborted) return
        setState({ path, data, error: undefined, isLoading: false })
      } catch (error) {
        if (stop.signal.aborted) return
        if (error.isTemporary) next = againMs
        setState((before) => ({ ...before, path, data: before.path === path ? before.data : undefined, error, isLoading: false }))
      }
      asking = false
      if (!once || next === againMs) timer = setTimeout(load, isWantedAgain ? calmMs : next)
    }
    const soon = () => {
      if (asking) return void (isWantedAgain = true)
      clearTimeout(timer)
      timer = setTimeout(load, calmMs)
    }
    setState((before) => (keep ? { ...before, isLoading: true } : { path, data: undefined, error: undefined, isLoading: true }))
    reload.current = load
    void load()
    const deaf = onHint((name) => !once && (name === 'again' || hints.includes(name)) && soon())
    return () => {
      deaf()
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
