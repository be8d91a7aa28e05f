import { metrics } from '@petrel/messaging'

export const mailsSent = metrics.counter('shop_mails_sent_total', 'Mails that the mail server has taken')
