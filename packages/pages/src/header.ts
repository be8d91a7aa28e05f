const links = [
  ['Shop', '/'],
  ['Orders', '/orders'],
  ['Mailbox', '/mails'],
  ['Gateway', '/gateway'],
  ['Console', '/console'],
] as const

/** The pages of the navigation. */
export type PageName = (typeof links)[number][0]

/**
 * The header of every page: the same places in the same order, and which of them one is at. They are found through the shop,
 * which knows where the others are.
 * @param shop where the shop is, for example `http://localhost:8080`; empty on its own pages
 * @param current undefined on a page that is none of them
 */
export function pageHeader(shop: string, current?: PageName): string {
  const items = links.map(([name, path]) => {
    if (name !== current) return `<a href="${shop}${path}">${name}</a>`
    return `<a href="${shop === '' ? path : '/'}" aria-current="page">${name}</a>`
  })
  return `<a class="skip" href="#main">To the content</a>
    <header class="top">
      <a class="brand" href="${shop}/" aria-label="Petrel Tea, the shop">
        <svg viewBox="0 0 32 32" aria-hidden="true"><path d="${petrel}" /></svg>
        <span>Petrel Tea</span>
      </a>
      <nav aria-label="Pages">${items.join('')}</nav>
    </header>`
}

const petrel = 'M3 12c6-2 9 0 11.5 4C17 10 22 6 29 6c-4 3-6 6-7.5 10.5C20 21 16.5 23 13 22l-5 3 1.5-5C8 17 6 14 3 12z'

/** Puts the header where a page's file has `<!-- header -->`, or `<!-- header: Orders -->` for a page of the navigation. */
export const withHeader = (html: string, shop: string): string =>
  html.replace(/<!-- header(?:: (\w+))? -->/, (_, current?: PageName) => pageHeader(shop, current))
