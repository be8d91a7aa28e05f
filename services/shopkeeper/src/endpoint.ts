import { ListProduct, RestockProduct } from '@petrel/contracts'
import { endpoint } from '@petrel/messaging'

export const shopkeeper = endpoint({ name: 'shopkeeper', handlers: [], produces: [ListProduct, RestockProduct] })
