import { useResource } from '../resource.js'
import { html } from '../view.js'
import { counted } from '../words.js'
import { Meter, TroubleBox } from './small.js'

const steps = { search: 'Searching dead letters', topics: 'Cutting topics of endpoints', tables: 'Erasing what is kept here' }
/** Which part of the bar a step fills: searching takes longest. */
const shares = { search: [0, 0.6], topics: [0.6, 0.3], tables: [0.9, 0.1] }

/** How far an erasure is, until one has seen that it is done. */
export function Erasure({ id, close }) {
  const { data, error, reload } = useResource(`/api/erasures/${encodeURIComponent(id)}`, { hints: ['event'] })
  if (data === undefined)
    return error === undefined
      ? null
      : html`<section class="card pad" aria-label="Erasure"><${TroubleBox} error=${error} reload=${reload} /></section>`
  const isDone = data.state === 'checking' || data.state === 'done'
  return html`<section class="card replay erasure" aria-label="Erasure">
    <div class="line">
      <b>${isDone ? 'A customer is erased' : 'Erasing a customer'}</b><span class="spring"></span>
      ${isDone && html`<button type="button" class="quiet close" aria-label="Close" onClick=${close}>×</button>`}
    </div>
    <${Meter} label=${erasureSays(data)} parts=${[['ok', isDone ? 1 : shareOf(data)]]} />
    <p class="small num" role="status">${erasureSays(data)}</p>
    ${data.problem !== null && html`<p class="small failed">${data.problem}. It goes on by itself.</p>`}
    ${data.state === 'checking' && html`<p class="small muted">In a minute it is looked once more, for what was on its way.</p>`}
  </section>`
}

function shareOf({ step, done, of }) {
  const [from, width] = shares[step] ?? [0, 0]
  return from + (of === 0 ? 0 : (width * done) / of)
}

/** @returns how far it is, in words */
function erasureSays({ state, step, done, of, erased: { failures, audit, deadLetters } }) {
  if (state === 'checking' || state === 'done')
    return `Erased: failures ${counted(failures)}, dead letters ${counted(deadLetters)}, rows of audits ${counted(audit)}.`
  if (step === null) return 'It is written down, and begins in a moment.'
  return of === 0 ? `${steps[step]}.` : `${steps[step]}: ${counted(done)} of ${counted(of)}.`
}
