import { html } from '../view.js'
import { Head } from './head.js'
import { TroubleBox, Waiting } from './small.js'

/** A page about one thing while there is nothing of it to show. @param children what is said when there is no such thing */
export const NoData = ({ title, error, reload, children }) =>
  html`<${Head} title=${title} /> ${
      error?.status === 404
        ? html`<section class="card" key="none">${children}</section>`
        : html`<section class="card pad" key="waiting">
            ${error === undefined ? html`<${Waiting} rows=${8} />` : html`<${TroubleBox} error=${error} reload=${reload} />`}
          </section>`
    }`
