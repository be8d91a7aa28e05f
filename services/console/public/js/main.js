import { startKeys } from './keys.js'
import { startLive } from './live.js'
import { Shell } from './frame/shell.js'
import { html, render } from './view.js'

startLive()
startKeys()
render(html`<${Shell} />`, document.getElementById('console'))
