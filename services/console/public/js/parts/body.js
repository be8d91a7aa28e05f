import { html } from '../view.js'
import { hexLines } from './hex.js'

const masked = /•/

/** A message's body as text, with what is masked marked as such. */
export function Body({ body, bodyHex, bodyProblem, bodyMasked }) {
  if (body === null || body === undefined)
    return html`${bodyProblem && html`<p class="warning">${bodyProblem}</p>`}${
      bodyHex
        ? html`<pre tabindex="0" aria-label="Body as bytes">${hexLines(bodyHex)}</pre>`
        : html`<p class="muted">There is no body.</p>`
    }`
  const lines = JSON.stringify(body, null, 2).split('\n')
  return html`<pre tabindex="0" aria-label="Body">
${lines.map((line, at) => html`<${Line} key=${at} text=${line} isMasked=${bodyMasked && masked.test(line)} />`)}</pre>`
}

/** Name and value of a line of JSON have their own colour. */
function Line({ text, isMasked }) {
  const [, indent, name, rest] = /^(\s*)("(?:[^"\\]|\\.)*"(?=:))?(.*)$/.exec(text) ?? []
  return html`${indent}${name !== undefined && html`<span class="name">${name}</span>`}<span class=${isMasked ? 'masked' : ''}
      >${rest}</span
    >${isMasked && html`<span class="note"> personal, masked</span>`}${'\n'}`
}

/** An error's stack; lines of our own code stand out, and the one that threw most. */
export function Stack({ stack, frame }) {
  if (!stack) return null
  return html`<pre tabindex="0" aria-label="Stack" class="stack">
${stack.split('\n').map((line, at) => {
      const isForeign = /node_modules|node:|packages\/messaging/.test(line)
      const isFrame = frame !== null && frame !== undefined && line.includes(frame)
      return html`<span key=${at} class=${isFrame ? 'frame' : isForeign ? 'foreign' : ''}>${line}${'\n'}</span>`
    })}</pre>`
}
