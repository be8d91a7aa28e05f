import { Body } from '../parts/body.js'
import { Flow } from '../parts/flow.js'
import { History } from '../parts/history.js'
import { Id, TroubleBox, Waiting } from '../parts/small.js'
import { useResource } from '../resource.js'
import { useMay } from '../summary.js'
import { html } from '../view.js'
import { conversationPath, shortType } from '../words.js'

/** One message of a group in short. */
export function Preview({ id }) {
  const { data, error, reload } = useResource(`/api/failures/${encodeURIComponent(id)}`, { hints: ['failures', 'replay'] })
  const conversation = useResource(data?.conversationId ? conversationPath(data.conversationId, data.key, '/api') : undefined, {
    hints: ['failures', 'replay'],
  })
  const may = useMay('operator')
  if (data === undefined)
    return html`<div class="preview">
      <${TroubleBox} error=${error} reload=${reload} />${error === undefined && html`<${Waiting} rows=${4} />`}
    </div>`
  return html`<div class="preview">
    <div class="bar">
      <h3><a href="/failures/${id}">${shortType(data.type)}</a></h3>
      <${Id} value=${data.messageId} name="message id" /><span class="spring"></span>
      <a class="button" href="/failures/${id}">Open</a
      >${may && data.foreign === null && html`<a class="button" href="/failures/${id}/edit">Edit and replay</a>`}
    </div>
    ${conversation.data !== undefined && html`<${Flow} conversation=${conversation.data} current=${id} />`}
    <div>
      <h3>Body</h3>
      <${Body} ...${data} />
    </div>
    <div>
      <h3>Attempts</h3>
      <${History} history=${data.history} isShort />
    </div>
  </div>`
}
