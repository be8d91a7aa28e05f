import { act } from '../api.js'
import { changesOf, pathOf, problemsOf, shapeOf } from '../edit/avro.js'
import { RecordForm } from '../edit/form.js'
import { Dialog, showDialog } from '../parts/dialog.js'
import { follow } from '../parts/replays.js'
import { Empty, Id, Section, Tabs, TroubleBox, Waiting } from '../parts/small.js'
import { toast } from '../parts/toasts.js'
import { useResource } from '../resource.js'
import { go } from '../router.js'
import { Head } from '../parts/head.js'
import { useMay } from '../summary.js'
import { html, useMemo, useState } from '../view.js'
import { plural, shortType } from '../words.js'

/** Corrects a message and sends the corrected copy. The original stays as it is. */
export function Page({ params: { id } }) {
  const may = useMay('operator')
  const failure = useResource(`/api/failures/${encodeURIComponent(id)}`, { once: true })
  const editable = useResource(may ? `/api/failures/${encodeURIComponent(id)}/editable` : undefined, { once: true })
  const crumb = html`<p class="crumb"><a href="/failures/${id}">← The message</a></p>`
  const error = editable.error ?? failure.error
  if (failure.data !== undefined && !may)
    return html`${crumb}<${Head} title="Edit and replay" />
      <section class="card">
        <${Empty} title="You may look, and change nothing">An operator can edit and replay this message.<//>
      </section>`
  if (failure.data === undefined || editable.data === undefined)
    return html`${crumb}<${Head} title="Edit and replay" />
      <section class="card pad" key="waiting">
        ${error === undefined ? html`<${Waiting} rows=${8} label="Loading the message and its schema" />` : html`<${TroubleBox} error=${error} reload=${editable.reload} />`}
      </section>`
  return html`${crumb}<${Editor} id=${id} failure=${failure.data} editable=${editable.data} />`
}

function Editor({ id, failure, editable }) {
  const shape = useMemo(() => shapeOf(editable.schema), [])
  const own = useMemo(
    () => Object.fromEntries(editable.headers.filter(({ kind }) => kind === 'own').map(({ name, value }) => [name, value])),
    [],
  )
  const [body, setBody] = useState(editable.body)
  const [headers, setHeaders] = useState(own)
  const [how, setHow] = useState('form')
  const [json, setJson] = useState(undefined)
  const [refused, setRefused] = useState([])
  const jsonProblem = json === undefined ? undefined : problemOfJson(json)
  const problems = [...problemsOf(shape, body), ...refused]
  const errors = new Map(problems.map(({ path, message }) => [path, message]))
  const changes = [...changesOf(editable.body, body), ...changesOf(own, headers, '/headers')]
  const change = (next) => {
    setBody(next)
    setRefused([])
  }
  const write = (text) => {
    setJson(text)
    if (problemOfJson(text) === undefined) change(JSON.parse(text))
  }
  const choose = (next) => {
    setHow(next)
    setJson(next === 'json' ? JSON.stringify(body, null, 2) : undefined)
  }
  const ask = () =>
    showDialog(Confirm, {
      id,
      failure,
      body,
      headers,
      changes,
      onRefused: (found) => setRefused(found.map(({ path, message }) => ({ path: pathOf(path), message }))),
    })
  const canSend = problems.length === 0 && jsonProblem === undefined && changes.length > 0
  return html` <${Head} title="Edit ${shortType(failure.type)}"
      ><${Id} value=${failure.messageId} name="message id" /><span class="spring"></span>
      <button type="button" class="primary" disabled=${!canSend} onClick=${ask}>Replay the edited copy …</button><//
    >
    ${!failure.decodable && html`<p class="warning">The message cannot be read. What is written here is a new one, in the schema of its topic.</p>`}
    <p class="muted">${failure.errorType}: ${failure.errorMessage}</p>
    <div class="columns even">
      <${Section}
        title="Body"
        aside=${html`<${Tabs} label="How to edit" value=${how} options=${{ form: 'Form', json: 'JSON' }} onChange=${choose} />`}
        ><div class="pad">
          ${
            how === 'json'
              ? html`<div class="field">
                  <label for="json">The body as JSON</label
                  ><textarea
                    id="json"
                    class="mono"
                    rows="18"
                    spellcheck="false"
                    value=${json}
                    aria-invalid=${jsonProblem === undefined ? undefined : 'true'}
                    onInput=${(event) => write(event.currentTarget.value)}
                  ></textarea>
                  ${jsonProblem && html`<small class="wrong">${jsonProblem}</small>`}${problems.map(({ path, message }) => html`<small class="wrong" key=${path}>${path} ${message}</small>`)}
                </div>`
              : html`<${RecordForm} shape=${shape} value=${body} path="" errors=${errors} onChange=${change} />`
          }
        </div><//
      >
      <div class="stack-of">
        <${Section} title="Changes"
          ><div class="pad">
            <${Changes}
              changes=${changes}
            />${refused.filter(({ path }) => path === '/').map(({ message }) => html`<p class="wrong" key=${message}>${message}</p>`)}
          </div><//
        >
        <${Section} title="Headers"
          ><div class="pad stack-of">
            ${editable.headers.map(({ name, kind }) =>
              kind === 'own'
                ? html`<div class="field" key=${name}>
                    <label for="h-${name}" class="mono">${name}</label
                    ><input
                      id="h-${name}"
                      autocomplete="off"
                      value=${headers[name]}
                      onInput=${(event) => setHeaders({ ...headers, [name]: event.currentTarget.value })}
                    /><small class="wrong">${errors.get(`/headers/${name}`)}</small>
                  </div>`
                : html`<p key=${name} class="small locked-header">
                    <span class="mono">${name}</span>
                    <span class="muted">${kind === 'locked' ? 'is set by Petrel' : 'is hidden, and goes along as it is'}</span>
                  </p>`,
            )}
          </div><//
        >
      </div>
    </div>`
}

function problemOfJson(text) {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `This is not JSON: ${error.message}.`
  }
}

const shown = (value) => (value === undefined ? 'nothing' : JSON.stringify(value))

function Changes({ changes }) {
  if (changes.length === 0)
    return html`<p class="muted">Nothing is changed yet. Fields that are hidden keep their value unless you change them.</p>`
  return html`<ul class="changes">
    ${changes.map(({ path, from, to }) => html`<li key=${path}><span class="mono">${path.slice(1) || 'body'}</span><br /><del class="mono">${shown(from)}</del> → <ins class="mono">${shown(to)}</ins></li>`)}
  </ul>`
}

/** The same request again is no second message: it has an id of its own, made here. */
const freshId = () =>
  crypto.randomUUID?.() ??
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')

function Confirm({ id, failure, body, headers, changes, onRefused, close }) {
  const requestId = useMemo(freshId, [])
  const [error, setError] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const send = async () => {
    setBusy(true)
    try {
      const { messageId, replayId } = await act('POST', `/api/failures/${encodeURIComponent(id)}/edit-and-replay`, {
        body,
        headers,
        requestId,
      })
      close()
      follow(replayId)
      toast(`The edited copy is on its way to ${failure.endpoint}, as message ${messageId.slice(-8)}.`)
      go(`/failures/${id}`)
    } catch (trouble) {
      setBusy(false)
      if (trouble.status === 422 || trouble.status === 400)
        onRefused(trouble.errors.length > 0 ? trouble.errors : [{ path: '/', message: trouble.message }])
      setError(trouble)
    }
  }
  const buttons = html`<button type="button" onClick=${close}>Cancel</button
    ><button type="button" class="primary" disabled=${isBusy} aria-busy=${isBusy} onClick=${send}>Replay 1</button>`
  return html`<${Dialog} title="Send the edited copy to ${failure.endpoint}?" close=${close} buttons=${buttons}>
    <${TroubleBox} error=${error} />
    <p>${plural(changes.length, 'change')}. The copy has an id of its own; the original is archived, as edited.</p>
    <${Changes} changes=${changes} />
  <//>`
}
