import { act } from '../api.js'
import { html, useEffect, useState } from '../view.js'
import { counted, plural } from '../words.js'
import { Dialog, showDialog } from './dialog.js'
import { follow } from './replays.js'
import { TroubleBox } from './small.js'

/**
 * Asks whether to replay, and says how many messages would go where: nothing is sent before a person has seen it.
 * @param selections each `{ ids }`, `{ group, by }` or `{ filter }`
 * @param onSent called when they are on their way
 */
export const askReplay = (selections, { onSent = () => {} } = {}) => showDialog(ReplayDialog, { selections, onSent })

const sumOf = (answers, pick) => answers.reduce((sum, answer) => sum + (pick(answer) ?? 0), 0)

/** What a dry run says of all selections together. */
function together(answers) {
  const places = new Map()
  for (const { endpoint, topic, count, everySubscriber } of answers.flatMap(({ to }) => to)) {
    const place = places.get(topic) ?? { endpoint, topic, count: 0, everySubscriber }
    places.set(topic, { ...place, count: place.count + count })
  }
  return {
    total: sumOf(answers, ({ total }) => total),
    stubborn: sumOf(answers, ({ leftOut }) => leftOut?.stubborn),
    settled: sumOf(answers, ({ leftOut }) => leftOut?.notUnresolved),
    places: [...places.values()],
  }
}

/** Asks what would go where, again when one includes more. @returns `{ found, error, send }` */
function useReplay(selections, { includeStubborn, toOriginalTopic }) {
  const [found, setFound] = useState(undefined)
  const [error, setError] = useState(undefined)
  const more = { ...(includeStubborn && { includeStubborn }), ...(toOriginalTopic && { toOriginalTopic }) }
  const ask = (selection, extra) => act('POST', '/api/replays', { ...selection, ...more, ...extra })
  useEffect(() => {
    let isOver = false
    Promise.all(selections.map((selection) => ask(selection, { dryRun: true }))).then(
      (answers) => isOver || (setFound(together(answers)), setError(undefined)),
      (trouble) => isOver || setError(trouble),
    )
    return () => (isOver = true)
  }, [includeStubborn, toOriginalTopic])
  /** One after the other: what was begun is followed, also when the next one is refused. */
  const send = async (extra) => {
    try {
      for (const selection of selections) follow((await ask(selection, extra)).replayId)
      return true
    } catch (trouble) {
      setError(trouble)
      return false
    }
  }
  return { found, error, send }
}

function ReplayDialog({ selections, onSent, close }) {
  const [includeStubborn, setIncludeStubborn] = useState(false)
  const [toOriginalTopic, setToOriginalTopic] = useState(false)
  const [limit, setLimit] = useState('')
  const [isBusy, setBusy] = useState(false)
  const { found, error, send } = useReplay(selections, { includeStubborn, toOriginalTopic })
  const replay = async () => {
    setBusy(true)
    if (await send(Number(limit) > 0 ? { ratePerSecond: Number(limit) } : {})) {
      close()
      onSent()
    } else setBusy(false)
  }
  const buttons = html`<button type="button" onClick=${close}>Cancel</button>
    <button type="button" class="primary" disabled=${!found?.total || isBusy} aria-busy=${isBusy} onClick=${replay}>
      ${found === undefined ? 'Replay …' : `Replay ${counted(found.total)}`}
    </button>`
  return html`<${Dialog}
    title=${found === undefined ? 'Replay' : `Replay ${plural(found.total, 'message')}?`}
    close=${close}
    buttons=${buttons}
  >
    <${TroubleBox} error=${error} />
    <div class="dry-run">
      ${found === undefined && error === undefined && html`<p class="muted" role="status">Counting what would go where …</p>`}
      ${found !== undefined && html`<${DryRun} ...${found} toOriginalTopic=${toOriginalTopic} setToOriginalTopic=${setToOriginalTopic} />`}
      ${(found?.stubborn > 0 || includeStubborn) && html`<${Stubborn} count=${found.stubborn} isIncluded=${includeStubborn} include=${setIncludeStubborn} />`}
    </div>
    ${found?.total > 1 && html`<${Limit} value=${limit} set=${setLimit} />`}
  <//>`
}

/** What would go where, and what would not. */
function DryRun({ total, settled, places, toOriginalTopic, setToOriginalTopic }) {
  const foreign = sumOf(
    places.filter(({ everySubscriber }) => everySubscriber),
    ({ count }) => count,
  )
  const why = 'on its way, resolved or archived'
  return html` ${total === 0 && html`<p>Nothing would be sent. ${settled > 0 && `What is selected is ${why}.`}</p>`}
  ${total > 0 && html`<${Places} places=${toOriginalTopic ? places : places.filter(({ everySubscriber }) => !everySubscriber)} />`}
  ${total > 0 && foreign === 0 && html`<p class="small muted">Only the endpoint that failed gets them again; other subscribers do not.</p>`}
  ${foreign > 0 && html`<${Foreign} count=${foreign} isIncluded=${toOriginalTopic} include=${setToOriginalTopic} />`}
  ${settled > 0 && total > 0 && html`<p class="small muted">${plural(settled, 'message')} left out: ${why}.</p>`}`
}

const Places = ({ places }) =>
  html`<table>
    <thead>
      <tr>
        <th>to</th>
        <th>through the topic</th>
        <th class="right">messages</th>
      </tr>
    </thead>
    <tbody>
      ${places.map(
        ({ endpoint, topic, count, everySubscriber }) =>
          html`<tr key=${topic}>
            <td>${everySubscriber ? 'every subscriber' : endpoint}</td>
            <td class="mono">${topic}</td>
            <td class="right num">${counted(count)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`

const Include = ({ isIncluded, include, class: own = '', children }) =>
  html`<label class="check ${own}">
    <input type="checkbox" checked=${isIncluded} onChange=${(event) => include(event.currentTarget.checked)} /><span
      >${children}</span
    >
  </label>`

const Foreign = ({ count, ...including }) =>
  html`<${Include} ...${including} class="warning">
    Also ${plural(count, 'message')} of programs that are not Petrel's: to the original topic, where
    <b>every subscriber hears them again</b>
  <//>`

const Stubborn = ({ count, ...including }) =>
  html`<${Include} ...${including}>
    ${count > 0 ? `Also the ${counted(count)} that failed again after three replays` : 'Those that failed again after three replays are included'}
  <//>`

const Limit = ({ value, set }) =>
  html`<label class="check limit">
    <span>At most</span>
    <input
      type="number"
      min="1"
      max="10000"
      inputmode="numeric"
      placeholder="usual"
      value=${value}
      onInput=${(event) => set(event.currentTarget.value)}
    />
    <span>a second</span>
  </label>`
