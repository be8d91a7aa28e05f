import { get } from '../api.js'
import { Body } from '../parts/body.js'
import { Section, TroubleBox } from '../parts/small.js'
import { useMay } from '../summary.js'
import { html, useEffect, useState } from '../view.js'

const headerKinds = { own: 'sent with the message', locked: "Petrel's own", sensitive: 'hidden' }

/** Body and headers; what is personal is hidden until one asks for it. */
export function Message({ failure, address }) {
  const may = useMay('operator')
  const [open, setOpen] = useState(undefined)
  const [error, setError] = useState(undefined)
  useEffect(() => setOpen(undefined), [address])
  const shown = open ?? failure
  const isHidden =
    open === undefined && (failure.bodyMasked || !failure.decodable || failure.headers.some(({ kind }) => kind === 'sensitive'))
  const show = () => get(`${address}?unmasked=true`).then(setOpen, setError)
  const aside =
    may && isHidden
      ? html`<button type="button" class="small" title="Who looked, and when, is written down" onClick=${show}>
          ${failure.decodable ? 'Show personal data' : 'Show its bytes'}
        </button>`
      : open !== undefined && html`<button type="button" class="small" onClick=${() => setOpen(undefined)}>Hide it again</button>`
  return html`<${Section} title="Message" aside=${aside}
    ><div class="pad stack-of">
      <${TroubleBox} error=${error} />
      <div>
        <h3>Body</h3>
        <${Body} ...${shown} bodyMasked=${open === undefined && failure.bodyMasked} />
        ${open !== undefined && html`<p class="small muted">That you looked at it is written down in the <a href="/actions">actions log</a>.</p>`}
      </div>
      <div>
        <h3>Headers</h3>
        <table class="headers">
          <thead class="unseen">
            <tr>
              <th>name</th>
              <th>value</th>
            </tr>
          </thead>
          <tbody>
            ${shown.headers.map(
              ({ name, value, kind }) =>
                html`<tr key=${name}>
                  <td class="mono" title=${headerKinds[kind]}>${name}</td>
                  <td class="mono value ${kind}">
                    ${kind === 'sensitive' && open === undefined ? html`<span class="muted">hidden</span>` : value}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </div><//
  >`
}
