import { act } from '../api.js'
import { Empty, Pill, Section, TroubleBox, Waiting } from '../parts/small.js'
import { useResource } from '../resource.js'
import { Head } from '../parts/head.js'
import { useMay } from '../summary.js'
import { html, useEffect, useState } from '../view.js'

/** Takes parts of the system away, to see what it does then. */
export function Page() {
  const { data, error, reload } = useResource('/api/faults', { hints: ['endpoints'] })
  const may = useMay('operator')
  const [trouble, setTrouble] = useState(undefined)
  const [busy, setBusy] = useState(undefined)
  const doing =
    (what, ...request) =>
    async () => {
      setBusy(what)
      try {
        await act(...request)
        setTrouble(undefined)
      } catch (problem) {
        setTrouble(problem)
      }
      reload()
      setBusy(undefined)
    }
  return html` <${Head} title="Break it" />
    <p class="muted">
      Nothing is lost, whatever is broken here: messages wait, or fail and are replayed. Break something, place an order, and
      look.
    </p>
    <${TroubleBox} error=${trouble} />
    ${error?.status === 404 ? html`<section class="card"><${Empty} title="Nothing can be broken here">This system does not allow faults to be switched on.<//></section>` : html`<${TroubleBox} error=${error} reload=${reload} />`}
    ${data === undefined && error === undefined && html`<section class="card pad" key="waiting"><${Waiting} rows=${6} /></section>`}
    ${
      data !== undefined &&
      html`<${Section} title="Services" class="flush"
          ><ul class="breakable">
            ${data.services.filter(({ canBreak, canStop }) => canBreak || canStop).map((each) => html`<${Service} key=${each.name} service=${each} doing=${doing} busy=${busy} may=${may} />`)}
          </ul><//
        >
        ${data.gateway && html`<${Gateway} gateway=${data.gateway} doing=${doing} busy=${busy} may=${may} />`}`
    }`
}

function Service({ service: { name, isRunning, isBroken, fault, canBreak, canStop }, doing, busy, may }) {
  const button = (what, label, kind, ...request) =>
    html`<button
      type="button"
      class="small ${kind}"
      disabled=${!may}
      aria-busy=${busy === what ? 'true' : 'false'}
      onClick=${doing(what, ...request)}
    >
      ${label}
    </button>`
  const address = `/api/faults/${encodeURIComponent(name)}`
  const local = `/api/services/${encodeURIComponent(name)}`
  return html`<li>
    <b>${name}</b>
    ${isRunning === false ? html`<${Pill}>stopped<//>` : isBroken ? html`<${Pill} kind="fail">broken<//>` : html`<${Pill} kind="ok">well<//>`}
    <span class="muted small"
      >${isRunning === false ? canBreak && 'Its messages wait in Kafka.' : isBroken ? (fault ?? 'Every handler throws. Messages fail, and wait for a person after their tries.') : ''}</span
    >
    <span class="buttons">
      ${canBreak && (isBroken ? button(`mend ${name}`, `Mend ${name}`, '', 'PUT', address, { fault: null }) : button(`break ${name}`, `Break ${name}`, '', 'PUT', address, { fault: 'A bug that was switched on in the console.' }))}
      ${canStop && (isRunning === false ? button(`start ${name}`, `Start ${name}`, '', 'POST', `${local}/start`) : button(`stop ${name}`, `Stop ${name}`, '', 'POST', `${local}/stop`))}
    </span>
  </li>`
}

const knobs = [
  ['latencyMs', 'Slow', 'answers take at least', 'ms', { min: 0, max: 60_000, step: 100 }, 1],
  ['failureRate', 'Failing', 'requests that are answered 500', '%', { min: 0, max: 100, step: 5 }, 100],
  ['declineRate', 'Declining', 'orders whose card is declined', '%', { min: 0, max: 100, step: 5 }, 100],
  [
    'requestsPerSecond',
    'Too many requests',
    'more are answered 429; empty: no limit',
    'a second',
    { min: 1, max: 10_000, step: 1 },
    1,
  ],
]
const wellBehaved = { requestsPerSecond: null, latencyMs: 0, failureRate: 0, declineRate: 0 }

function Gateway({ gateway, doing, busy, may }) {
  const [wanted, setWanted] = useState(gateway)
  const known = JSON.stringify(gateway)
  useEffect(() => setWanted(gateway), [known])
  const isChanged = JSON.stringify(wanted) !== known
  const isWell = Object.entries(wellBehaved).every(([name, value]) => gateway[name] === value)
  const set = (name, factor) => (event) => {
    const { value } = event.currentTarget
    setWanted({ ...wanted, [name]: value === '' ? null : Number(value) / factor })
  }
  return html`<${Section}
    title="Payment gateway"
    aside=${html`<${Pill} kind=${isWell ? 'ok' : 'fail'}>${isWell ? 'well' : 'misbehaves'}<//>`}
  >
    <form class="knobs pad" onSubmit=${(event) => (event.preventDefault(), doing('gateway', 'PUT', '/api/gateway', wanted)())}>
      ${knobs.map(
        ([name, title, says, unit, range, factor]) =>
          html`<div class="field" key=${name}>
            <label for=${name}>${title}: <small class="muted">${says}</small></label>
            <span class="with-unit"
              ><input
                id=${name}
                type="number"
                inputmode="decimal"
                ...${range}
                disabled=${!may}
                value=${wanted[name] === null ? '' : Math.round(wanted[name] * factor * 100) / 100}
                onInput=${set(name, factor)}
              /><span class="muted">${unit}</span></span
            >
          </div>`,
      )}
      <div class="buttons">
        <button class="primary" disabled=${!may || !isChanged} aria-busy=${busy === 'gateway' ? 'true' : 'false'}>Set it</button>
        <button type="button" disabled=${!may || isWell} onClick=${doing('gateway well', 'PUT', '/api/gateway', wellBehaved)}>
          Behave well again
        </button>
      </div>
    </form>
  <//>`
}
