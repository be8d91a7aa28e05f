import { Stack } from '../parts/body.js'
import { Section } from '../parts/small.js'
import { html } from '../view.js'

/** The error, with the line that threw it. */
export function Why({ failure: { errorType, errorMessage, errorStack, frame, handler, decodable, bodyProblem } }) {
  return html`<${Section} title="Why"
    ><div class="pad stack-of">
      <div>
        <p class="error-type"><b>${errorType}</b></p>
        <p>${errorMessage}</p>
        ${handler && html`<p class="muted">in ${handler}${frame && html` at <span class="mono">${frame}</span>`}</p>`}
      </div>
      ${!decodable && bodyProblem && html`<p class="warning">${bodyProblem}</p>`}
      <${Stack} stack=${errorStack} frame=${frame} /></div
  ><//>`
}

/** Where its records are. */
export function Places({ failure: { original, deadLetter, topic } }) {
  const place = (title, where) =>
    where &&
    html`<div>
      <dt>${title}</dt>
      <dd class="mono">${where.topic} · partition ${where.partition} · offset ${where.offset}</dd>
    </div>`
  return html`<dl class="facts card pad">
    ${place('first in', original)}${place('dead letter in', deadLetter)}${
      topic &&
      html`<div>
        <dt>topic</dt>
        <dd>${topic}</dd>
      </div>`
    }
  </dl>`
}
