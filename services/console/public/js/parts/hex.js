/** @returns 16 bytes a line: where, as numbers, as text */
export function hexLines(hex) {
  const bytes = hex.match(/../g) ?? []
  const lines = []
  for (let at = 0; at < bytes.length; at += 16) {
    const part = bytes.slice(at, at + 16)
    const text = part.map((byte) => printable(Number.parseInt(byte, 16))).join('')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${part.join(' ').padEnd(48)} ${text}`)
  }
  return lines.join('\n')
}

const printable = (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')
