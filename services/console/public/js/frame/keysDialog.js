import { allKeys, keysAreOn, switchKeys } from '../keys.js'
import { Dialog, showDialog } from '../parts/dialog.js'
import { html } from '../view.js'

export const showKeys = () => showDialog(Keys)

/** All keys of the page. */
function Keys({ close }) {
  const isOn = keysAreOn.use()
  const { here, lists, everywhere } = allKeys()
  const table = (title, keys) =>
    keys.length > 0 &&
    html`<div>
      <h3>${title}</h3>
      <dl class="keys">
        ${keys.map(
          ([key, says]) =>
            html`<div key=${key}>
              <dt>${key.split(' ').map((each) => html`<kbd>${each}</kbd> `)}</dt>
              <dd>${says}</dd>
            </div>`,
        )}
      </dl>
    </div>`
  const buttons = html`<button type="button" class="primary" onClick=${close}>Close</button>`
  return html`<${Dialog} title="Keys" close=${close} buttons=${buttons} class="wide">
    <div class="key-tables">
      ${table(
        'On this page',
        here.filter(([key]) => key !== '?'),
      )}${table('In lists', lists)}${table('Everywhere', everywhere)}
    </div>
    <label class="check"
      ><input type="checkbox" checked=${isOn} onChange=${(event) => switchKeys(event.currentTarget.checked)} /><span
        >Keys are on</span
      ></label
    >
  <//>`
}
