import { html } from '../view.js'
import { lasting, shortType } from '../words.js'
import { box, flowOf, flowSentence, placedFlow, sequenceOf, stateWords } from './flowLayout.js'
import { Clocked, Pill } from './small.js'

const margin = 8

/** Who sent what to whom, what failed and what is waiting. @param current the failure that is looked at */
export function Flow({ conversation, current }) {
  const roots = flowOf(conversation)
  if (roots.length === 0) return html`<p class="muted">Nothing is known of this conversation yet.</p>`
  const { boxes, lines, width, height } = placedFlow(roots)
  return html`<div class="flow">
    <div class="picture" tabindex="0" role="group" aria-label="Flow">
      <svg
        width=${width + 2 * margin}
        height=${height + 2 * margin}
        viewBox="${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}"
        role="group"
        aria-label=${flowSentence(roots, shortType)}
      >
        ${lines.map(({ from, to, node }) => html`<path key=${node.id} class="edge ${node.state}" d=${curve(from, to)} />`)}
        ${boxes.map(({ node, x, y }) => html`<${Box} key=${node.id} node=${node} x=${x} y=${y} isCurrent=${node.failureId !== null && node.failureId === current} />`)}
      </svg>
    </div>
    <ul class="tree">
      ${roots.map((root) => html`<${Branch} key=${root.id} node=${root} />`)}
    </ul>
  </div>`
}

function curve(from, to) {
  const [x, y] = [from.x + box.width, from.y + box.height / 2]
  const [endX, endY] = [to.x, to.y + box.height / 2]
  const bend = (endX - x) * 0.55
  return `M${x} ${y}C${x + bend} ${y} ${endX - bend} ${endY} ${endX} ${endY}`
}

const fitting = (text, most = 21) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

function Box({ node, x, y, isCurrent }) {
  const { endpoint, message, state = 'sender' } = node
  const title = message === undefined ? endpoint : `${shortType(message.type)} → ${endpoint || 'nobody yet'}`
  const shape = html`<g class="box ${state} ${isCurrent ? 'current' : ''}" transform="translate(${x} ${y})">
    <title>${title}</title>
    <rect width=${box.width} height=${box.height} rx="9" />
    <${Sign} state=${state} />
    ${
      message === undefined
        ? html`<text x="14" y=${box.height / 2 + 5}>${fitting(endpoint, 17)}</text>`
        : html`<text x="14" y="21">${fitting(endpoint || 'nobody yet', 15)}</text>
            <text class="m" x="14" y="37">${fitting(shortType(message.type), 21)}</text>
            <text class="state" x="14" y="53">${fitting(stateWords({ ...node, lasting }), 21)}</text>`
    }
  </g>`
  return node.failureId === null || node.failureId === undefined || isCurrent
    ? shape
    : html`<a href="/failures/${node.failureId}" aria-label="${title}, ${stateWords({ ...node, lasting })}">${shape}</a>`
}

/** Each state has a shape of its own, so that it is seen without colour. */
function Sign({ state }) {
  const place = `translate(${box.width - 22} 13)`
  const signs = {
    handled: html`<path d="M0 5l3.5 3.5L10 1" class="stroke" />`,
    failed: html`<path d="M5 0l6 10H-1z" />`,
    retrying: html`<rect width="9" height="9" rx="2" />`,
    postponed: html`<rect width="9" height="9" rx="2" />`,
    waiting: html`<circle cx="5" cy="5" r="4" class="stroke dashed" />`,
    unheard: html`<circle cx="5" cy="5" r="4" class="stroke dashed" />`,
  }
  return html`<g class="sign" transform=${place}>${signs[state]}</g>`
}

const pillOf = { handled: 'ok', failed: 'fail', retrying: 'wait', postponed: 'wait', waiting: '', unheard: '' }

/** The same as a list, for narrow screens. */
function Branch({ node }) {
  return html`<li>
    <div class="leaf">
      ${
        node.message === undefined
          ? html`<b>${node.endpoint}</b>`
          : html`<span>${shortType(node.message.type)} → <b>${node.endpoint || 'nobody yet'}</b></span
              ><${Pill} kind=${pillOf[node.state]}>${stateWords({ ...node, lasting })}<//>`
      }
    </div>
    ${
      node.children.length > 0 &&
      html`<ul>
        ${node.children.map((child) => html`<${Branch} key=${child.id} node=${child} />`)}
      </ul>`
    }
  </li>`
}

const outcomes = {
  handled: ['ok', 'handled'],
  retried: ['wait', 'failed, retried'],
  postponed: ['wait', 'postponed'],
  deadLettered: ['fail', 'failed: dead letter'],
  duplicate: ['', 'came again, dropped'],
  waiting: ['', 'waiting'],
}

/** Everything that happened, one after the other, with how long it took. */
export function Sequence({ conversation }) {
  const rows = sequenceOf(conversation)
  if (rows.length === 0) return html`<p class="muted pad">Nobody has handled a message of this conversation yet.</p>`
  const begin = Math.min(...conversation.messages.map(({ sentAt }) => Date.parse(sentAt)))
  const end = Math.max(begin + 1, ...rows.map(({ at, durationMs }) => Date.parse(at) + durationMs))
  const share = (ms) => (100 * ms) / (end - begin)
  return html`<table class="sequence">
    <thead>
      <tr>
        <th>when</th>
        <th>who</th>
        <th>what</th>
        <th class="wide">over time, ${lasting(end - begin)} in all</th>
        <th class="right">took</th>
        <th>outcome</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(({ message, endpoint, handler, saga, outcome, attempt, at, durationMs, errorType, failureId }, row) => {
        const [kind, word] = outcomes[outcome] ?? ['', outcome]
        const waited = Date.parse(at) - Date.parse(message.sentAt)
        return html`<tr key=${row}>
          <td><${Clocked} at=${at} /> <small class="muted num">+${lasting(Date.parse(at) - begin)}</small></td>
          <td><b>${endpoint}</b>${(saga ?? handler) && html`<br /><small class="muted">${saga ?? handler}</small>`}</td>
          <td>${shortType(message.type)}${attempt > 1 && html` <small class="muted">try ${attempt}</small>`}</td>
          <td class="wide">
            <svg
              class="bar ${kind}"
              viewBox="0 0 100 10"
              preserveAspectRatio="none"
              role="img"
              aria-label="waited ${lasting(waited)}, took ${lasting(durationMs)}"
            >
              <path class="base" d="M0 9.5H100" />
              <rect
                class="waited"
                x=${share(Date.parse(message.sentAt) - begin)}
                y="4"
                width=${Math.max(0, share(waited))}
                height="2"
              />
              <rect
                class="took"
                x=${Math.min(99.4, share(Date.parse(at) - begin))}
                y="1"
                width=${Math.max(0.6, share(durationMs))}
                height="8"
              />
            </svg>
          </td>
          <td class="right num">${outcome === 'waiting' ? '–' : lasting(durationMs)}</td>
          <td>
            ${failureId ? html`<a href="/failures/${failureId}"><${Pill} kind=${kind}>${word}<//></a>` : html`<${Pill} kind=${kind}>${word}<//>`}${errorType && html`<br /><small class="muted">${errorType}</small>`}
          </td>
        </tr>`
      })}
    </tbody>
  </table>`
}
