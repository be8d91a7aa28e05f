import { Empty, Section, TroubleBox, Waiting } from '../parts/small.js'
import { heightOf, placed, routed, speedOf } from '../parts/mapLayout.js'
import { useResource } from '../resource.js'
import { Head } from '../parts/head.js'
import { html, useEffect, useState } from '../view.js'
import { counted, endpointStates, plural, rate, shortType } from '../words.js'

/** The real topology, with what flows now. */
export function Page() {
  const { data, error, reload } = useResource('/api/map', { hints: ['endpoints', 'failures'] })
  const [picked, setPicked] = useState(undefined)
  const [isNarrow, setNarrow] = useState(narrow.matches)
  useEffect(() => {
    const look = () => setNarrow(narrow.matches)
    narrow.addEventListener('change', look)
    return () => narrow.removeEventListener('change', look)
  }, [])
  return html` <${Head} title="System map"
      ><span class="spring"></span><span class="muted small legend"><i class="dash"></i> messages a second, last minute</span><//
    >
    <${TroubleBox} error=${error} reload=${reload} />
    <section class="card map" aria-label="Map">
      ${data === undefined && error === undefined && html`<${Waiting} rows=${8} />`}
      ${data?.nodes.length === 0 && html`<${Empty} title="No endpoint yet">An endpoint appears here when it starts, with a line to each that it talks to.<//>`}
      ${data?.nodes.length > 0 && html`<${Picture} data=${data} isNarrow=${isNarrow} picked=${picked} setPicked=${setPicked} />`}
    </section>
    ${data?.edges.length > 0 && html`<${Section} title="Who tells whom" class="flush"><${Lines} edges=${data.edges} setPicked=${setPicked} /><//>`}`
}

const narrow = matchMedia('(max-width: 700px)')
const size = { width: 148, height: 62 }

/** Left to right where there is room, and top to bottom on a phone. */
function geometryOf(data, isNarrow) {
  const { places, columns } = placed(data)
  const most = Math.max(...[...places.values()].map(({ rows }) => rows))
  const node = isNarrow ? { width: Math.min(size.width, 340 / most - 10), height: size.height } : size
  const width = isNarrow ? 360 : Math.max(760, columns * (size.width + 130) - 90)
  const height = isNarrow ? columns * 150 - 60 : Math.max(320, most * 118)
  const [length, depth, box] = isNarrow ? [height, width, node.height] : [width, height, node.width]
  const spot = ({ column, ...row }) => ({
    along: box / 2 + 4 + (columns === 1 ? 0.5 : column / (columns - 1)) * (length - box - 8),
    across: heightOf(row) * depth,
  })
  const spots = new Map([...places].map(([name, place]) => [name, spot(place)]))
  return {
    node,
    width,
    height,
    spots,
    sides: isNarrow ? { along: node.height, across: node.width } : { along: node.width, across: node.height },
  }
}

const endpointNames = ({ nodes }) => new Set(nodes.map(({ name }) => name))

function Picture({ data, isNarrow, picked, setPicked }) {
  const { node, width, height, spots, sides } = geometryOf(data, isNarrow)
  const names = endpointNames(data)
  const known = data.edges.filter(({ from, to }) => names.has(from) && names.has(to) && from !== to)
  const words = known.map(
    ({ from, to, types, perSecond }) => `${from} → ${to}: ${types.map(shortType).join(', ')}, ${rate(perSecond)} a second`,
  )
  const isNear = ({ from, to }) => picked === from || picked === to
  return html`<svg class="topology" viewBox="-6 -6 ${width + 12} ${height + 12}" role="group" aria-label="System map">
    <desc>${words.join('; ')}</desc>
    ${routed(known, spots, sides).map(
      (route) =>
        html`<${Edge}
          key=${`${route.edge.from} ${route.edge.to}`}
          ...${route}
          isNarrow=${isNarrow}
          isNear=${isNear(route.edge)}
          isFar=${picked !== undefined && !isNear(route.edge)}
        />`,
    )}
    ${data.nodes.map((each) => html`<${Node} key=${each.name} endpoint=${each} spot=${pointAt(spots.get(each.name), isNarrow)} node=${node} setPicked=${setPicked} />`)}
  </svg>`
}

const pointAt = ({ along, across }, isNarrow) => (isNarrow ? { x: across, y: along } : { x: along, y: across })

/** How far a line bows, between two in one column. */
const bowed = 42

/** A smooth line; of two in one column it bows around. */
function pathOf({ from, to, isBeside }, isNarrow) {
  const write = (along, across) =>
    isNarrow ? `${across.toFixed(1)} ${along.toFixed(1)}` : `${along.toFixed(1)} ${across.toFixed(1)}`
  const bend = isBeside ? bowed : (to.along - from.along) * 0.5
  const [first, second] = isBeside ? [from.along + bend, to.along + bend] : [from.along + bend, to.along - bend]
  return `M${write(from.along, from.across)}C${write(first, from.across)} ${write(second, to.across)} ${write(to.along, to.across)}`
}

function Edge({ edge, from, to, isBack, isBeside, isNarrow, isNear, isFar }) {
  const { types, perSecond, failed } = edge
  const d = pathOf({ from, to, isBeside }, isNarrow)
  // Nearer to its end, where lines are apart; of two in one column nearer to its beginning, where the one back is not.
  const share = isBeside ? 0.3 : 0.64
  const bow = isBeside ? 3 * share * (1 - share) * bowed : 0
  const at = pointAt(
    {
      along: from.along + (to.along - from.along) * share + bow,
      across: from.across + (to.across - from.across) * bezier(share),
    },
    isNarrow,
  )
  const isSaid = perSecond > 0 && !isNarrow && (!isBack || isNear)
  return html`<g
    class="link speed-${speedOf(perSecond)} ${failed > 0 ? 'fail' : ''} ${isBack ? 'back' : ''} ${isFar ? 'far' : ''} ${isNear ? 'near' : ''}"
  >
    <title>${edge.from} → ${edge.to}: ${types.map(shortType).join(', ')}</title>
    <path class="pipe" d=${d} />
    ${perSecond > 0 && html`<path class="flowing" d=${d} />`}
    ${isSaid && html`<text x=${at.x} y=${at.y + 4} text-anchor="middle">${rate(perSecond)}/s</text>`}
  </g>`
}

/** How far across a line with flat ends is, at a share of its way. */
const bezier = (share) => share * share * (3 - 2 * share)

function Node({ endpoint: { name, state, failed, lag }, spot, node, setPicked }) {
  const kind =
    state === 'silent' || failed > 0
      ? 'fail'
      : state === 'running'
        ? 'ok'
        : state === 'stopped' || state === 'outside'
          ? 'off'
          : 'wait'
  const says =
    failed > 0 ? plural(failed, 'failed', 'failed') : state === 'running' ? `lag ${counted(lag)}` : endpointStates[state]?.[1]
  const [x, y] = [spot.x - node.width / 2, spot.y - node.height / 2]
  return html`<a
    href="/endpoints/${name}"
    class="node ${kind}"
    onPointerEnter=${() => setPicked(name)}
    onPointerLeave=${() => setPicked(undefined)}
    onFocus=${() => setPicked(name)}
    onBlur=${() => setPicked(undefined)}
  >
    <rect x=${x} y=${y} width=${node.width} height=${node.height} rx="10" />
    <path
      class="sign"
      transform="translate(${x + node.width - 20} ${y + 12})"
      d=${{ ok: 'M5 1a4 4 0 1 0 .01 0z', fail: 'M5 0l5.5 10h-11z', wait: 'M0 2a2 2 0 0 1 2-2h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H2a2 2 0 0 1-2-2z', off: 'M0 4h10v2H0z' }[kind]}
    />
    <text x=${x + 12} y=${y + 27}>${name.length > 15 ? `${name.slice(0, 14)}…` : name}</text>
    <text class="m" x=${x + 12} y=${y + 46}>${says}</text>
  </a>`
}

function Lines({ edges, setPicked }) {
  return html`<table class="cards">
    <thead>
      <tr>
        <th>from</th>
        <th>to</th>
        <th>what</th>
        <th class="right">a second</th>
        <th class="right">failed</th>
      </tr>
    </thead>
    <tbody>
      ${edges.map(
        ({ from, to, types, perSecond, failed }) =>
          html`<tr key=${`${from} ${to}`} onPointerEnter=${() => setPicked(from)} onPointerLeave=${() => setPicked(undefined)}>
            <td><a href="/endpoints/${from}">${from}</a></td>
            <td data-name="to"><a href="/endpoints/${to}">${to}</a></td>
            <td data-name="what">${types.map(shortType).join(', ')}</td>
            <td class="right num" data-name="a second">${rate(perSecond)}</td>
            <td class="right num ${failed > 0 ? 'failed' : ''}" data-name="failed">${counted(failed)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}
