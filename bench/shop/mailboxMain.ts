// The mailbox as a process of its own, so that its CPU can be told from the bench's.
import { startMailbox } from '../../deploy/local/mailbox/mailbox.ts'

const [dataDir = '', smtpPort, httpPort, shopPort] = process.argv.slice(2)
await startMailbox({ dataDir, smtpPort: Number(smtpPort), httpPort: Number(httpPort), shopPort: Number(shopPort) })
