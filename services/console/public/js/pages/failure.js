import { Message } from '../failure/message.js'
import { Top } from '../failure/top.js'
import { Places, Why } from '../failure/why.js'
import { Flow, Sequence } from '../parts/flow.js'
import { NoData } from '../parts/noData.js'
import { History } from '../parts/history.js'
import { Sagas } from '../parts/sagas.js'
import { Empty, Section, TroubleBox } from '../parts/small.js'
import { useResource } from '../resource.js'
import { html } from '../view.js'
import { conversationPath } from '../words.js'

/** One failed message: what it says, why it failed, what happened before and after, and what can be done. */
export function Page({ params: { id } }) {
  const address = `/api/failures/${encodeURIComponent(id)}`
  const { data, error, reload } = useResource(address, { hints: ['failures', 'replay'] })
  const conversation = useResource(data?.conversationId ? conversationPath(data.conversationId, data.key, '/api') : undefined, {
    hints: ['failures', 'replay'],
  })
  if (data === undefined)
    return html`<${NoData} title="Failed message" error=${error} reload=${reload}
      ><${Empty} title="There is no such failure"
        >It may have been resolved or archived long ago. <a href="/failures">All failed messages</a>.<//
      ><//
    >`
  return html`
    <${Top} failure=${data} id=${id} reload=${reload} />
    <${TroubleBox} error=${error} reload=${reload} />
    <div class="columns even">
      <div class="stack-of">
        <${Why} failure=${data} />
        <${Section} title="What happened" class="flush"><${History} history=${data.history} /><//>
        <${Places} failure=${data} />
      </div>
      <${Message} failure=${data} address=${address} />
    </div>
    ${
      conversation.data !== undefined &&
      html` <${Section}
          title="Conversation"
          aside=${html`<a href=${conversationPath(data.conversationId, data.key)}>The whole conversation</a>`}
          ><div class="pad"><${Flow} conversation=${conversation.data} current=${id} /></div
        ><//>
        <${Section} title="One after the other" class="flush"><${Sequence} conversation=${conversation.data} /><//>
        <${Sagas} sagas=${conversation.data.sagas} />`
    }
    <${TroubleBox}
      error=${conversation.error?.status === 404 ? undefined : conversation.error}
      what="The conversation cannot be shown."
    />
  `
}
