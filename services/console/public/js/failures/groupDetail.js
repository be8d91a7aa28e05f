import { act } from '../api.js'
import { selectionOfGroup } from '../filters.js'
import { askArchive, restore } from '../parts/archive.js'
import { askReplay } from '../parts/replay.js'
import { TroubleBox, When } from '../parts/small.js'
import { useMay } from '../summary.js'
import { goQuery } from '../router.js'
import { html, useState } from '../view.js'
import { counted, shortType } from '../words.js'
import { Export } from './export.js'
import { Preview } from './preview.js'
import { titleOf } from './groups.js'
import { FailureTable } from './table.js'

/** One group: why, which messages, and one of them in full. @param isThere whether it still is among what is shown */
export function GroupDetail({ group, by, filter, isThere }) {
  const may = useMay('operator')
  const [newest, setNewest] = useState(undefined)
  const selection = selectionOfGroup(group.id, by, filter)
  const { archived = 0, unresolved = 0, replayRequested = 0 } = group.states ?? {}
  const count = isThere ? group.count : 0
  const mine = { ...filter, group: group.id, by }
  return html`<section class="card detail" aria-label="Group">
    <div class="detail-head">
      <button type="button" class="quiet back" onClick=${() => goQuery({ group: undefined })}>← All groups</button>
      <h2>${titleOf(group)}</h2>
      <p class="muted">
        ${group.endpoint && html`<a href="/endpoints/${group.endpoint}">${group.endpoint}</a> · `}${group.handler ?? (group.type && shortType(group.type))}${group.frame && html` · <span class="mono">${group.frame}</span>`}
        · last <${When} at=${group.lastFailedAt} />
      </p>
      ${
        may &&
        html`<div class="buttons">
          ${unresolved + replayRequested > 0 && html`<button type="button" class="primary" disabled=${!isThere || unresolved === 0} onClick=${() => askReplay([selection])}>Replay ${counted(isThere ? unresolved : 0)}</button>`}
          ${unresolved > 0 && html`<button type="button" disabled=${count === 0} onClick=${() => askArchive([selection], unresolved)}>Archive ${counted(isThere ? unresolved : 0)}</button>`}
          ${archived > 0 && unresolved === 0 && html`<button type="button" onClick=${() => restore([selection])}>Restore ${counted(archived)}</button>`}
          <${Export} filter=${mine} />
        </div>`
      }
    </div>
    <${Note} group=${group} may=${may} />
    <${FailureTable} filter=${mine} onFirst=${setNewest} />
    ${newest !== undefined && html`<${Preview} key=${newest} id=${newest} />`}
  </section>`
}

function Note({ group, may }) {
  const [text, setText] = useState(undefined)
  const [error, setError] = useState(undefined)
  const { note } = group
  const save = async (event) => {
    event.preventDefault()
    try {
      await act('PUT', `/api/groups/${encodeURIComponent(group.id)}/note`, { text: text.trim() })
      setText(undefined)
      setError(undefined)
    } catch (trouble) {
      setError(trouble)
    }
  }
  if (text !== undefined)
    return html`<form class="note-form" onSubmit=${save}>
      <div class="field">
        <label for="note">Note on this group</label>
        <textarea
          id="note"
          rows="2"
          maxlength="2000"
          value=${text}
          onInput=${(event) => setText(event.currentTarget.value)}
        ></textarea>
      </div>
      <div class="buttons">
        <button class="primary">Save the note</button><button type="button" onClick=${() => setText(undefined)}>Cancel</button>
      </div>
      <${TroubleBox} error=${error} />
    </form>`
  if (!note)
    return may
      ? html`<p class="note-line"><button type="button" class="quiet small" onClick=${() => setText('')}>Add a note</button></p>`
      : null
  return html`<p class="note-line noted">
    <b>Note</b> ${note} ${may && html`<button type="button" class="quiet small" onClick=${() => setText(note)}>Change</button>`}
  </p>`
}
