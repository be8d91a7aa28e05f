/** Where things are in the cluster. k8s/kind and charts/shop/global.yaml say the same. */
export const GROUND = 'petrel-ground'
export const NAMESPACE = 'petrel'
export const RELEASE = 'shop'
