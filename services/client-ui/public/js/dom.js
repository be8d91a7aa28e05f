/** @returns the element with this id, which the page's HTML has. */
export const byId = (id) => document.getElementById(id)

/** Makes an element: `element('b', { class: 'num' }, '3')`. Values go in as text, never as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

/** Makes a small picture out of paths, or out of a symbol of the page. */
export function svg(viewBox, ...shapes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  made.setAttribute('viewBox', viewBox)
  made.setAttribute('aria-hidden', 'true')
  for (const [name, attributes] of shapes) {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', name)
    for (const [attribute, value] of Object.entries(attributes)) shape.setAttribute(attribute, value)
    made.append(shape)
  }
  return made
}

/** Writes a text only when it differs, so that nothing flickers and screen readers do not repeat themselves. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** As `say`, and lets the new text fade in once. */
export function sayFresh(node, text) {
  if (node.textContent === text) return
  const first = node.textContent === ''
  node.textContent = text
  if (first) return
  node.classList.remove('fresh')
  void node.offsetWidth // restarts the animation
  node.classList.add('fresh')
}

/** Says what went wrong and what to do, with one button. */
export function showTrouble(box, text, action, onAction) {
  const button = element('button', { type: 'button' }, action)
  button.addEventListener('click', onAction)
  box.replaceChildren(element('p', {}, text), button)
}

/** At most four times a second: enough to look live, and calm. */
export function calmly(draw) {
  let timer
  let last = 0
  return () => {
    if (timer !== undefined) return
    timer = setTimeout(
      () => {
        timer = undefined
        last = Date.now()
        draw()
      },
      Math.max(0, last + 250 - Date.now()),
    )
  }
}
