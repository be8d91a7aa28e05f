import { useKeys } from '../keys.js'
import { usePage } from '../pageOf.js'
import { Dialogs } from '../parts/dialog.js'
import { Replays } from '../parts/replays.js'
import { Clock, Empty, Waiting } from '../parts/small.js'
import { Toasts } from '../parts/toasts.js'
import { followLinks, useHere } from '../router.js'
import { Summary, useLiveSummary } from '../summary.js'
import { html, useContext, useEffect, useRef } from '../view.js'
import { counted } from '../words.js'
import { Alarm } from './alarm.js'
import { showKeys } from './keysDialog.js'
import { Nav } from './nav.js'

/** Everything around a page. */
export function Shell() {
  const summary = useLiveSummary()
  const { path, query } = useHere()
  useKeys({ '?': ['this list', showKeys] })
  return html`<${Summary.Provider} value=${summary}
    ><${Clock}>
      <div class="app" onClick=${followLinks}>
        <a class="skip" href="#main" onClick=${toContent}>To the content</a>
        <${Nav} path=${path} />
        <main id="main" tabindex="-1">
          <${Alarm} error=${summary.error} />
          <${Shown} path=${path} query=${query} />
        </main>
        <div class="corner"><${Replays} running=${summary.data?.replaysRunning} /><${Toasts} /></div>
        <${Dialogs} />
      </div> <//
  ><//>`
}

function toContent(event) {
  event.preventDefault()
  document.getElementById('main').focus()
}

function Shown({ path, query }) {
  const { Page, params } = usePage(path)
  const { data: summary, error } = useContext(Summary)
  const first = useRef(true)
  useEffect(() => {
    // After a change of the page whoever uses a keyboard or a screen reader is at its beginning.
    if (!first.current) document.getElementById('main').focus({ preventScroll: true })
    first.current = false
  }, [path])
  useEffect(() => {
    const heading = document.querySelector('main h1')?.textContent ?? ''
    const failed = summary?.unresolved > 0 ? `(${counted(summary.unresolved)}) ` : ''
    document.title = `${failed}${heading === '' ? '' : `${heading} · `}Petrel`
  })
  if (Page === null)
    return html`<h1>Nothing here</h1>
      <section class="card">
        <${Empty} title="There is no page at this address">Failed messages are <a href="/failures">here</a>.<//>
      </section>`
  // What stands above everything comes first: then nothing below it jumps.
  if (Page === undefined || (summary === undefined && error === undefined)) return html`<${Waiting} rows=${4} />`
  return html`<${Page} key=${path} params=${params} query=${query} />`
}
