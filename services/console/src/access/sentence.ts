import type { Context } from 'koa'

export interface Sentence {
  readonly status: number
  readonly sentence: string
  readonly link: string
  readonly href: string
}

/** A page of one sentence and one link, for whoever cannot see the others. */
export function answerSentence(ctx: Context, { status, sentence, link, href }: Sentence): void {
  ctx.status = status
  ctx.type = 'html'
  ctx.body = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Petrel console</title>
<link rel="stylesheet" href="/css/tokens.css">
<link rel="stylesheet" href="/css/frame.css">
<main>
<h1>Petrel console</h1>
<p>${escaped(sentence)}</p>
<p><a href="${escaped(href)}">${escaped(link)}</a></p>
</main>
</html>
`
}

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
