import { endpoint } from '@petrel/messaging'
import { logOrderBilled } from './logOrderBilled.ts'

export const orderLog = endpoint({ name: 'order-log', handlers: [logOrderBilled] })
