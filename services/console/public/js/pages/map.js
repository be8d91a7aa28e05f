import { Empty, Section, TroubleBox, Waiting } from '../parts/small.js'
import { heightOf, placed, speedOf } from '../parts/mapLayout.js'
import { useResource } from '../resource.js'
import { Head } from '../shell.js'
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
  const width = isNarrow ? 360 : Math.max(760, columns * (size.width + 110) - 70)
  const height = isNarrow ? columns * 150 - 60 : Math.max(300, most * 104)
  const spot = (name) => {
    const place = places.get(name)
    const along = columns === 1 ? 0.5 : place.column / (columns - 1)
    const across = heightOf(place)
    return isNarrow
      ? { x: across * width, y: node.height / 2 + 4 + along * (height - node.height - 8) }
      : { x: node.width / 2 + 4 + along * (width - node.width - 8), y: across * height }
  }
  return { node, width, height, spots: new Map([...places.keys()].map((name) => [name, spot(name)])) }
}

function Picture({ data, isNarrow, picked, setPicked }) {
  const { node, width, height, spots } = geometryOf(data, isNarrow)
  const isNear = ({ from, to }) => picked === undefined || picked === from || picked === to
  const words = data.edges
    .map(({ from, to, types, perSecond }) => `${from} → ${to}: ${types.map(shortType).join(', ')}, ${rate(perSecond)} a second`)
    .join('; ')
  return html`<svg class="topology" viewBox="-6 -6 ${width + 12} ${height + 12}" role="group" aria-label="System map">
    <desc>${words}</desc>
    ${data.edges.filter(({ from, to }) => spots.has(from) && spots.has(to) && from !== to).map((edge) => html`<${Edge} key=${`${edge.from} ${edge.to}`} edge=${edge} spots=${spots} node=${node} isNarrow=${isNarrow} isNear=${isNear(edge)} />`)}
    ${data.nodes.map((each) => html`<${Node} key=${each.name} endpoint=${each} spot=${spots.get(each.name)} node=${node} setPicked=${setPicked} />`)}
  </svg>`
}

/** A line from the edge of one box to the edge of the other; one that goes back swings around. */
function pathOf(from, to, node, isNarrow) {
  const forward = isNarrow ? to.y - from.y : to.x - from.x
  const sideways = isNarrow ? to.x - from.x : to.y - from.y
  const half = isNarrow ? node.height / 2 : node.width / 2
  const point = (along, across) => (isNarrow ? `${across} ${along}` : `${along} ${across}`)
  const [fromAlong, fromAcross] = isNarrow ? [from.y, from.x] : [from.x, from.y]
  const [toAlong, toAcross] = isNarrow ? [to.y, to.x] : [to.x, to.y]
  if (Math.abs(forward) < 1) {
    const bow = half + 34
    const shift = sideways > 0 ? 8 : -8
    return {
      d: `M${point(fromAlong + half, fromAcross + shift)}C${point(fromAlong + bow, fromAcross + shift)} ${point(toAlong + bow, toAcross - shift)} ${point(toAlong + half, toAcross - shift)}`,
      middle: middle(fromAlong + half + 26, (fromAcross + toAcross) / 2, isNarrow),
    }
  }
  const sign = Math.sign(forward)
  const offset = sign > 0 ? -7 : 9
  const [begin, end] = [fromAlong + sign * half, toAlong - sign * half]
  const bend = (end - begin) * 0.5
  return {
    d: `M${point(begin, fromAcross + offset)}C${point(begin + bend, fromAcross + offset)} ${point(end - bend, toAcross + offset)} ${point(end, toAcross + offset)}`,
    middle: middle((begin + end) / 2, (fromAcross + toAcross) / 2 + offset, isNarrow),
  }
}

const middle = (along, across, isNarrow) => (isNarrow ? { x: across, y: along } : { x: along, y: across })

function Edge({ edge, spots, node, isNarrow, isNear }) {
  const { from, to, types, perSecond, failed } = edge
  const { d, middle: at } = pathOf(spots.get(from), spots.get(to), node, isNarrow)
  return html`<g class="link speed-${speedOf(perSecond)} ${failed > 0 ? 'fail' : ''} ${isNear ? '' : 'far'}">
    <title>${from} → ${to}: ${types.map(shortType).join(', ')}</title>
    <path class="pipe" d=${d} />
    ${perSecond > 0 && html`<path class="flowing" d=${d} />`}
    ${perSecond > 0 && !isNarrow && html`<text x=${at.x} y=${at.y - 5} text-anchor="middle">${rate(perSecond)}/s</text>`}
  </g>`
}

function Node({ endpoint: { name, state, failed, lag }, spot, node, setPicked }) {
  const kind = state === 'silent' || failed > 0 ? 'fail' : state === 'running' ? 'ok' : state === 'stopped' ? 'off' : 'wait'
  const says =
    failed > 0 ? plural(failed, 'failed', 'failed') : state === 'running' ? `lag ${counted(lag)}` : endpointStates[state]?.[1]
  const [x, y] = [spot.x - node.width / 2, spot.y - node.height / 2]
  return html`<a
    href="/endpoints/${name}"
    class="node ${kind}"
    aria-label="${name}, ${endpointStates[state]?.[1] ?? state}, ${says}"
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
