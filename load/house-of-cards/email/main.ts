import { mailerAt } from '../../../services/email/src/mailer.ts'
import { keepOnce } from '../books/keepOnce.ts'
import { respond, stopOnSignal } from '../http/serve.ts'
import { card } from '../settings.ts'
import { confirmOrder } from './confirmOrder.ts'

const { database, serving, urlOf } = card('email', process.env)
const mailer = mailerAt(urlOf('SMTP_URL'), 'Petrel Tea <shop@petrel.example>')
const responders = { '/confirmations': confirmOrder(database, mailer, keepOnce(database, 'mails')) }
stopOnSignal(await respond(responders, serving), () => database.end())
