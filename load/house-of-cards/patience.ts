/** How long a customer waits for the answer to an order; then the browser shows an error. */
export const customerMs = 10_000

/** How long the payment gateway may take for one answer: four attempts do not fit, but two and a half do. */
export const gatewayAttemptMs = 3_000

/** How long a neighbour that only writes a row may take for one answer. */
export const neighbourAttemptMs = 2_000

/** Points and a mail are no reason to keep a customer waiting whose parcel is on its way. */
export const courtesyMs = 3_000

/** How long an order that failed is undone, after its customer was told. */
export const undoMs = 60_000
