/** The parts of the webhook path, for injection. */
export const GATEWAY_SERVICES = Symbol('GATEWAY_SERVICES');
/** Whether this process can do its work. */
export const READINESS = Symbol('READINESS');
