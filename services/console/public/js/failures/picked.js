import { focusedRow, useKeys } from '../keys.js'
import { askArchive, restore } from '../parts/archive.js'
import { askReplay } from '../parts/replay.js'
import { Fresh } from '../parts/small.js'
import { go } from '../router.js'
import { html } from '../view.js'
import { counted, plural } from '../words.js'
import { Export } from './export.js'

/** What can be done to what is picked. Its line is always there, so that nothing moves when one picks. */
export function Picked({ picking, filter, isWide, total, fresh, showFresh }) {
  const { may, isAll, ids, count, clear } = picking
  const selection = isAll ? { filter } : { ids: [...ids] }
  const isArchive = filter.state === 'archived'
  const focused = () => (picking.here.includes(focusedRow()) ? focusedRow() : undefined)
  const meant = () => (count > 0 ? [selection] : focused() === undefined ? [] : [{ ids: [focused()] }])
  useKeys({
    ...(may && {
      r: ['replay what is selected, or this message', () => meant().length > 0 && askReplay(meant(), { onSent: clear })],
      e: ['edit and replay this message', () => focused() !== undefined && go(`/failures/${focused()}/edit`)],
      a: [
        'archive what is selected, or this message',
        () => meant().length > 0 && askArchive(meant(), count || 1, { onDone: clear }),
      ],
    }),
    Escape: ['clear the selection', () => count > 0 && clear()],
  })
  return html`<div class="list-head">
    ${
      count === 0
        ? html`<span class="muted num">${total === undefined ? '' : plural(total, 'message')}</span><span class="spring"></span
            ><${Fresh} count=${fresh} onShow=${showFresh} />${isWide && html`<${Export} filter=${filter} />`}`
        : html`<span class="num"><b>${isAll ? `All ${counted(count)}` : counted(count)} selected</b></span>
            ${picking.canHaveAll && html`<button type="button" class="quiet small" onClick=${picking.pickAll}>Select all ${counted(total)} that match</button>`}
            <span class="spring"></span>
            ${
              isArchive
                ? html`<button type="button" class="small" onClick=${() => restore([selection], { onDone: clear })}>
                    Restore ${counted(count)}
                  </button>`
                : html`<button
                      type="button"
                      class="small ${isWide ? 'primary' : ''}"
                      onClick=${() => askReplay([selection], { onSent: clear })}
                    >
                      Replay ${counted(count)}
                    </button>
                    <button type="button" class="small" onClick=${() => askArchive([selection], count, { onDone: clear })}>
                      Archive ${counted(count)}
                    </button>`
            }
            <button type="button" class="quiet small" onClick=${clear}>Clear</button>`
    }
  </div>`
}
