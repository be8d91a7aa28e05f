import { act } from '../api.js'
import { Dialog, showDialog } from '../parts/dialog.js'
import { Erasure } from '../parts/erasure.js'
import { Pager } from '../parts/pager.js'
import { Clocked, Empty, Fresh, Pill, TroubleBox, Waiting } from '../parts/small.js'
import { useCalmList, useResource } from '../resource.js'
import { Head } from '../parts/head.js'
import { useMay } from '../summary.js'
import { html, useState } from '../view.js'
import { counted, plural } from '../words.js'

/** Who did what, when, and what became of it. */
export function Page() {
  const [cursors, setCursors] = useState([undefined])
  const cursor = cursors.at(-1)
  const path = `/api/actions?limit=50${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
  const list = useResource(path, { hints: ['summary', 'replay', 'failures', 'event'], keep: true })
  const { rows, fresh, showFresh } = useCalmList(list.path, list.data?.items, () => true)
  const isAdmin = useMay('admin')
  const [begun, setBegun] = useState([])
  const [closed, setClosed] = useState([])
  // An erasure has the id of its action.
  const running = (list.data?.items ?? []).filter(({ what, outcome }) => what === 'erase' && outcome === null).map(({ id }) => id)
  const erasures = [...new Set([...begun, ...running])].filter((id) => !closed.includes(id))
  return html` <${Head} title="Actions log"
      ><span class="spring"></span
      >${isAdmin && html`<button type="button" class="danger" onClick=${() => showDialog(Erase, { onBegun: (id) => setBegun((before) => [...before, id]) })}>Erase a customer …</button>`}<//
    >
    ${erasures.map((id) => html`<${Erasure} key=${id} id=${id} close=${() => setClosed((before) => [...before, id])} />`)}
    <p class="muted">Nothing is ever taken out of it.</p>
    <section class="card" aria-label="Actions">
      <div class="list-head">
        <span class="muted">Newest first</span><span class="spring"></span><${Fresh} count=${fresh} onShow=${showFresh} />
      </div>
      <${TroubleBox} error=${list.error} reload=${list.reload} />
      ${list.data === undefined && list.error === undefined && html`<${Waiting} rows=${8} />`}
      ${list.data !== undefined && rows.length === 0 && html`<${Empty} title="Nobody has done anything yet">A replay, an edit, an archive, a look at personal data: each is written down here before it is done.<//>`}
      ${
        rows.length > 0 &&
        html`<table class="cards">
            <thead>
              <tr>
                <th>when</th>
                <th>who</th>
                <th>what</th>
                <th>of what</th>
                <th class="right">how many</th>
                <th>outcome</th>
              </tr>
            </thead>
            <tbody data-rows>
              ${rows.map(
                ({ item: { id, at, by, what, selection, count, outcome, detail } }) =>
                  html`<tr key=${id} data-row=${id}>
                    <td><${Clocked} at=${at} /></td>
                    <td data-name="who">${by}</td>
                    <td data-name="what"><b>${what}</b></td>
                    <td class="small" data-name="of what">${selectionWords(selection)}</td>
                    <td class="right num" data-name="how many">${counted(count)}</td>
                    <td data-name="outcome"><${Outcome} outcome=${outcome} detail=${detail} /></td>
                  </tr>`,
              )}
            </tbody>
          </table>
          <${Pager} of="actions" cursors=${cursors} setCursors=${setCursors} next=${list.data?.next} />`
      }
    </section>`
}

function Outcome({ outcome, detail }) {
  const text = typeof detail === 'string' ? detail : detail ? JSON.stringify(detail) : ''
  if (!outcome) return html`<${Pill} kind="wait">begun<//>`
  const isGood = outcome === 'done' || outcome === 'ok'
  return html`<${Pill} kind=${isGood ? 'ok' : 'fail'}>${outcome}<//>${text && html` <small class="muted">${text}</small>`}`
}

/** @returns what an action was about, in words */
export function selectionWords(selection) {
  if (!selection) return ''
  if (typeof selection === 'string') return selection
  const { ids, count, group, filter, ...others } = selection
  const one = ids?.length === 1 ? ids[0] : others.failure
  if (one !== undefined) return html`<a href="/failures/${one}">one message</a>`
  if (ids) return plural(count ?? ids.length, 'message')
  if (group) return groupLink(group)
  if (filter && Object.keys(filter).length === 0) return 'all failed messages'
  return Object.entries(filter ?? others)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(
      ([name, value]) =>
        `${name} ${Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : value}`,
    )
    .join(', ')
}

/** The id of a group says by what it is made. */
function groupLink(group) {
  const by = /^(type|endpoint|errorType):/.exec(group)?.[1]
  return html`<a href="/failures?state=all&group=${encodeURIComponent(group)}${by === undefined ? '' : `&by=${by}`}">a group</a>`
}

const kinds = { customer: 'customer id', email: 'e-mail', key: 'key of a message' }

function Erase({ close, onBegun }) {
  const [kind, setKind] = useState('customer')
  const [value, setValue] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const isSure = value.trim() !== '' && again.trim() === value.trim()
  const erase = async (event) => {
    event?.preventDefault()
    if (!isSure) return
    setBusy(true)
    try {
      const { erasureId } = await act('POST', '/api/erasures', { [kind]: value.trim() })
      close()
      onBegun(erasureId)
    } catch (trouble) {
      setError(trouble)
      setBusy(false)
    }
  }
  const buttons = html`<button type="button" onClick=${close}>Cancel</button
    ><button type="button" class="primary danger-fill" disabled=${!isSure || isBusy} aria-busy=${isBusy} onClick=${erase}>
      Erase for ever
    </button>`
  return html`<${Dialog} title="Erase a customer?" close=${close} buttons=${buttons}>
    <${TroubleBox} error=${error} />
    <p>
      Personal data of this customer leaves failed messages, their dead letters and the audit. <b>It cannot be brought back</b>,
      and messages without it may not be replayed any more.
    </p>
    <form onSubmit=${erase} class="stack-of">
      <label class="choice"
        ><span>Known by</span
        ><select value=${kind} onChange=${(event) => setKind(event.currentTarget.value)}>
          ${Object.entries(kinds).map(([key, word]) => html`<option key=${key} value=${key}>${word}</option>`)}
        </select></label
      >
      <div class="field">
        <label for="erase-what">The ${kinds[kind]}</label
        ><input id="erase-what" autocomplete="off" value=${value} onInput=${(event) => setValue(event.currentTarget.value)} />
      </div>
      <div class="field">
        <label for="erase-again">The same once more, to be sure</label
        ><input id="erase-again" autocomplete="off" value=${again} onInput=${(event) => setAgain(event.currentTarget.value)} />
      </div>
    </form>
  <//>`
}
