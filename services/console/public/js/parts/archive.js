import { act } from '../api.js'
import { html, useState } from '../view.js'
import { counted, plural } from '../words.js'
import { Dialog, showDialog } from './dialog.js'
import { TroubleBox } from './small.js'
import { toast } from './toasts.js'

const each = (path, selections, reason) => Promise.all(selections.map((selection) => act('POST', path, { ...selection, reason })))

const changedBy = (answers) => answers.reduce((sum, { changed }) => sum + changed, 0)

/** Asks why, and archives; what was archived can be restored. @param count how many, as far as the page knows */
export const askArchive = (selections, count, { onDone = () => {} } = {}) =>
  showDialog(ArchiveDialog, { selections, count, onDone })

function ArchiveDialog({ selections, count, onDone, close }) {
  const [reason, setReason] = useState('')
  const [error, setError] = useState(undefined)
  const [isBusy, setBusy] = useState(false)
  const archive = async (event) => {
    event?.preventDefault()
    setBusy(true)
    try {
      const changed = changedBy(await each('/api/archive', selections, reason))
      close()
      onDone()
      toast(`${plural(changed, 'message')} archived.`, { undo: () => restore(selections, { onDone, reason: 'undone' }) })
    } catch (trouble) {
      setError(trouble)
      setBusy(false)
    }
  }
  const buttons = html`<button type="button" onClick=${close}>Cancel</button>
    <button type="button" class="primary" disabled=${isBusy} aria-busy=${isBusy} onClick=${archive}>
      Archive ${counted(count)}
    </button>`
  return html`<${Dialog} title="Archive ${plural(count, 'message')}?" close=${close} buttons=${buttons}>
    <${TroubleBox} error=${error} />
    <p class="muted">Archived messages are not sent and no longer counted. They can be restored until their time is over.</p>
    <form onSubmit=${archive}>
      <div class="field">
        <label for="reason">Why (for those who look later)</label>
        <input
          id="reason"
          maxlength="500"
          autocomplete="off"
          value=${reason}
          onInput=${(event) => setReason(event.currentTarget.value)}
        />
      </div>
    </form>
  <//>`
}

/** Makes archived messages unresolved again. */
export async function restore(selections, { onDone = () => {}, reason = '' } = {}) {
  try {
    const changed = changedBy(await each('/api/restore', selections, reason))
    onDone()
    toast(`${plural(changed, 'message')} restored: unresolved again.`, {
      undo: () => each('/api/archive', selections, 'undone').then(onDone, (trouble) => toast(trouble.message, { kind: 'fail' })),
    })
  } catch (trouble) {
    toast(`Not restored. ${trouble.message}`, { kind: 'fail' })
  }
}
