/** Injects the process's {@link JobProducer}. */
export const JOB_PRODUCER = Symbol('JobProducer');

/** Injects the process's {@link ReplyChannel}; whoever wants to be woken calls its `start`. */
export const REPLY_CHANNEL = Symbol('ReplyChannel');
