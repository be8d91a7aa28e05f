import { act } from '../api.js'
import { useResource } from '../resource.js'
import { shared } from '../shared.js'
import { html, useEffect, useState } from '../view.js'
import { counted } from '../words.js'
import { Meter, TroubleBox } from './small.js'

/** The replays that this page asked for, newest first, until one closes them. */
const own = shared([])

/** Shows how far a replay is. */
export const follow = (replayId) => own.set((all) => [replayId, ...all])

/** The replays that run, and those of this page that are over, with what became of them. */
export function Replays({ running = [] }) {
  const mine = own.use()
  const ids = [...new Set([...mine, ...running.map(({ replayId }) => replayId)])].slice(0, 3)
  const close = (id) => own.set((all) => all.filter((each) => each !== id))
  return html`<div class="replays" role="region" aria-label="Replays">
    ${ids.map((id) => html`<${Replay} key=${id} id=${id} close=${mine.includes(id) ? () => close(id) : undefined} />`)}
  </div>`
}

/** @returns what a replay has come to, in words */
export function replaySays({ state, total, sent, resolved, failed, unsendable = [] }) {
  const waits = Math.max(0, total - resolved - failed - unsendable.length)
  const parts = [
    state === 'cancelled' && 'stopped',
    state === 'running' && sent < total && `${counted(sent)} of ${counted(total)} sent`,
    `${counted(resolved)} resolved`,
    failed > 0 && `${counted(failed)} failed again`,
    unsendable.length > 0 && `${counted(unsendable.length)} could not be sent`,
    state !== 'cancelled' && waits > 0 && `${counted(waits)} to come`,
  ]
  return parts.filter(Boolean).join(' · ')
}

/** One that went well leaves by itself; whatever needs a person stays. */
const stayMs = 20_000

function Replay({ id, close }) {
  const { data, error, reload } = useResource(`/api/replays/${encodeURIComponent(id)}`, { hints: ['replay'] })
  const [trouble, setTrouble] = useState(undefined)
  const isWell = data !== undefined && data.resolved >= data.total
  useEffect(() => {
    if (!isWell || close === undefined) return
    const timer = setTimeout(close, stayMs)
    return () => clearTimeout(timer)
  }, [isWell])
  if (data === undefined)
    return error === undefined ? null : html`<div class="card replay"><${TroubleBox} error=${error} reload=${reload} /></div>`
  const { total, sent, resolved, failed, state, unsendable = [] } = data
  const isOver = state === 'cancelled' || resolved + failed + unsendable.length >= total
  const share = (count) => (total === 0 ? 0 : count / total)
  const stop = async () => {
    try {
      await act('POST', `/api/replays/${encodeURIComponent(id)}/cancel`)
      reload()
    } catch (problem) {
      setTrouble(problem)
    }
  }
  if (isOver && close === undefined) return null
  return html`<div class="card replay">
    <div class="line">
      <b>Replay of ${counted(total)}</b><span class="spring"></span>
      ${!isOver && state === 'running' && sent < total && html`<button type="button" class="small" onClick=${stop}>Stop</button>`}
      ${isOver && html`<button type="button" class="quiet close" aria-label="Close: replay of ${total}" onClick=${close}>×</button>`}
    </div>
    <${Meter}
      label="${resolved} of ${total} resolved"
      parts=${[
        ['ok', share(resolved)],
        ['fail', share(failed + unsendable.length)],
        ['sent', share(Math.max(0, sent - resolved - failed))],
      ]}
    />
    <p class="small num" role="status">${replaySays(data)}</p>
    ${unsendable.slice(0, 3).map(({ id: which, reason }) => html`<p class="small" key=${which}><a href="/failures/${which}">One could not be sent</a>: ${reason}</p>`)}
    <${TroubleBox} error=${trouble} />
  </div>`
}
