import { html } from '../view.js'
import { Pill, Section, Since } from './small.js'

const words = { true: ['ok', 'passes'], false: ['fail', 'fails'], null: ['', 'not asked yet'] }

/** What a team wants to know besides; nothing where nobody has set up a check. */
export function Checks({ items = [] }) {
  if (items.length === 0) return null
  return html`<${Section} title="Checks" class="flush">
    <table class="cards">
      <thead>
        <tr>
          <th>check</th>
          <th>state</th>
          <th>for</th>
          <th>what it said</th>
        </tr>
      </thead>
      <tbody>
        ${items.map(({ name, endpoint, passes, since, detail }) => {
          const [kind, word] = words[String(passes)]
          return html`<tr key=${name}>
            <td>
              <b>${name}</b>
              ${endpoint && html` <a class="small" href="/endpoints/${endpoint}">${endpoint}</a>`}
            </td>
            <td data-name="state"><${Pill} kind=${kind}>${word}<//></td>
            <td data-name="for"><${Since} at=${since} /></td>
            <td data-name="what it said">${detail ?? '–'}</td>
          </tr>`
        })}
      </tbody>
    </table>
  <//>`
}
