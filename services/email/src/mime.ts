import { encode, wrap } from 'nodemailer/lib/base64'
import { encodeWords, foldLines } from 'nodemailer/lib/mime-funcs'
import type { Letter } from './letters.ts'

/**
 * A letter as it travels (RFC 5322): its text plain and as HTML (RFC 2046, 5.1.4). Written here, since every letter has this
 * one form: what composes mails of any form takes four times as long.
 */
export const toMime = ({ orderId, mailId, to, subject, text, html }: Letter, from: string, date: Date): string =>
  [
    header('From', from),
    header('To', to),
    header('Subject', subject),
    header('Message-ID', mailId),
    header('Date', date.toUTCString().replace('GMT', '+0000')),
    // For machines: whoever shows the mail finds the order without taking the Message-ID apart.
    header('X-Order-Id', orderId),
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part('plain', text),
    ...part('html', html),
    `--${boundary}--`,
    '',
  ].join('\r\n')

/** Base64 has no `_`, so it is in no part. */
const boundary = '_petrel_'

const part = (subtype: string, text: string) => [
  `--${boundary}`,
  `Content-Type: text/${subtype}; charset=utf-8`,
  'Content-Transfer-Encoding: base64',
  '',
  wrap(encode(text.replaceAll('\n', '\r\n')), 76),
]

/** What an order's messages say ends in no header of its own: a line break in it would begin one. */
const header = (name: string, value: string): string =>
  foldLines(`${name}: ${encodeWords(value.replace(/[\r\n]+/g, ' '), 'Q', 52)}`, 76)
