import { act } from '../api.js'
import { useResource } from '../resource.js'
import { shared } from '../shared.js'
import { html, useEffect, useState } from '../view.js'
import { counted, plural } from '../words.js'
import { Dialog, showDialog } from './dialog.js'
import { Meter, TroubleBox } from './small.js'

/** The replays that this page asked for, newest first, until one closes them. */
const own = shared([])

/**
 * Asks whether to replay, and says how many messages would go where: nothing is sent before a person has seen it.
 * @param selections each `{ ids }`, `{ group, by }` or `{ filter }`
 * @param onSent called when they are on their way
 */
export const askReplay = (selections, { onSent = () => {} } = {}) => showDialog(ReplayDialog, { selections, onSent })

const sumOf = (answers, pick) => answers.reduce((sum, answer) => sum + (pick(answer) ?? 0), 0)

/** The places of all selections together, as one list. */
function placesOf(answers) {
  const places = new Map()
  for (const { endpoint, topic, count, everySubscriber } of answers.flatMap(({ to }) => to)) {
    const place = places.get(topic) ?? { endpoint, topic, count: 0, everySubscriber }
    places.set(topic, { ...place, count: place.count + count })
  }
  return [...places.values()]
}

function ReplayDialog({ selections, onSent, close }) {
  const [answers, setAnswers] = useState(undefined)
  const [includeStubborn, setIncludeStubborn] = useState(false)
  const [toOriginalTopic, setToOriginalTopic] = useState(false)
  const [limit, setLimit] = useState('')
  const [error, setError] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const ratePerSecond = Number(limit) > 0 ? Number(limit) : undefined
  const ask = (extra) =>
    Promise.all(
      selections.map((selection) =>
        act('POST', '/api/replays', {
          ...selection,
          ...(includeStubborn && { includeStubborn }),
          ...(toOriginalTopic && { toOriginalTopic }),
          ...extra,
        }),
      ),
    )

  useEffect(() => {
    let isOver = false
    ask({ dryRun: true }).then(
      (found) => isOver || (setAnswers(found), setError(undefined)),
      (trouble) => isOver || setError(trouble),
    )
    return () => (isOver = true)
  }, [includeStubborn, toOriginalTopic])

  const send = async () => {
    setBusy(true)
    try {
      const begun = await ask(ratePerSecond === undefined ? {} : { ratePerSecond })
      own.set((all) => [...begun.map(({ replayId }) => replayId), ...all])
      close()
      onSent()
    } catch (trouble) {
      setError(trouble)
      setBusy(false)
    }
  }

  const total = answers === undefined ? undefined : sumOf(answers, (answer) => answer.total)
  const stubborn = answers === undefined ? 0 : sumOf(answers, ({ leftOut }) => leftOut?.stubborn)
  const settled = answers === undefined ? 0 : sumOf(answers, ({ leftOut }) => leftOut?.notUnresolved)
  const places = answers === undefined ? [] : placesOf(answers)
  const foreign = places.filter(({ everySubscriber }) => everySubscriber)
  const foreignCount = sumOf(foreign, ({ count }) => count)
  const shownPlaces = toOriginalTopic ? places : places.filter(({ everySubscriber }) => !everySubscriber)
  const buttons = html` <button type="button" onClick=${close}>Cancel</button>
    <button type="button" class="primary" disabled=${!total || isBusy} aria-busy=${isBusy} onClick=${send}>
      ${total === undefined ? 'Replay …' : `Replay ${counted(total)}`}
    </button>`
  return html`<${Dialog}
    title=${total === undefined ? 'Replay' : `Replay ${plural(total, 'message')}?`}
    close=${close}
    buttons=${buttons}
  >
    <${TroubleBox} error=${error} />
    <div class="dry-run">
      ${answers === undefined && error === undefined && html`<p class="muted" role="status">Counting what would go where …</p>`}
      ${total === 0 && html`<p>Nothing would be sent. ${settled > 0 ? 'What is selected is on its way, resolved or archived.' : ''}</p>`}
      ${
        total > 0 &&
        html`<table>
          <thead>
            <tr>
              <th>to</th>
              <th>through the topic</th>
              <th class="right">messages</th>
            </tr>
          </thead>
          <tbody>
            ${shownPlaces.map(
              ({ endpoint, topic, count, everySubscriber }) =>
                html`<tr key=${topic}>
                  <td>${everySubscriber ? 'every subscriber' : endpoint}</td>
                  <td class="mono">${topic}</td>
                  <td class="right num">${counted(count)}</td>
                </tr>`,
            )}
          </tbody>
        </table>`
      }
      ${total > 0 && foreignCount === 0 && html`<p class="small muted">Only the endpoint that failed gets them again; other subscribers do not.</p>`}
      ${
        foreignCount > 0 &&
        html`<label class="check warning"
          ><input
            type="checkbox"
            checked=${toOriginalTopic}
            onChange=${(event) => setToOriginalTopic(event.currentTarget.checked)}
          />
          <span
            >Also ${plural(foreignCount, 'message')} of programs that are not Petrel's: to the original topic, where
            <b>every subscriber hears them again</b></span
          ></label
        >`
      }
      ${settled > 0 && total > 0 && html`<p class="small muted">${plural(settled, 'message')} left out: on its way, resolved or archived.</p>`}
      ${
        (stubborn > 0 || includeStubborn) &&
        html`<label class="check"
          ><input
            type="checkbox"
            checked=${includeStubborn}
            onChange=${(event) => setIncludeStubborn(event.currentTarget.checked)}
          />
          <span
            >${stubborn > 0 ? `Also the ${counted(stubborn)} that failed again after three replays` : 'Those that failed again after three replays are included'}</span
          ></label
        >`
      }
    </div>
    ${
      (total ?? 0) > 1 &&
      html`<label class="check limit"
        ><span>At most</span
        ><input
          type="number"
          min="1"
          max="10000"
          inputmode="numeric"
          placeholder="usual"
          value=${limit}
          onInput=${(event) => setLimit(event.currentTarget.value)}
        /><span>a second</span></label
      >`
    }
  <//>`
}

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

function Replay({ id, close }) {
  const { data, error, reload } = useResource(`/api/replays/${encodeURIComponent(id)}`, { hints: ['replay'] })
  const [trouble, setTrouble] = useState(undefined)
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
