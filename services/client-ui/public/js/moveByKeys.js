/** Moves the focus among the links of a list with j and k, and with the arrow keys once it is there. */
export function moveByKeys(list) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input')) return
    const isInside = list.contains(document.activeElement)
    const arrows = isInside ? { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow(list), ArrowUp: -perRow(list) } : {}
    const by = { j: 1, k: -1, ...arrows }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const links = [...list.querySelectorAll('a')]
    const at = links.indexOf(document.activeElement)
    links[at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + by))]?.focus()
  })
}

function perRow(list) {
  const links = [...list.querySelectorAll('a')]
  return Math.max(1, links.filter(({ offsetTop }) => offsetTop === links[0].offsetTop).length)
}
