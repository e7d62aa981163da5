/** What the load generator is asked to do. */
export interface LoadOrder {
  url: string;
  /** Sent as `application/json`. */
  body: string;
  /** More headers of every request, lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** The only status that counts as accepted. */
  status: number;
  connections: number;
  seconds: number;
  /**
   * Requests per second of an open loop: sent when they are due, whatever the answers do. Null = closed loop: each
   * connection sends its next request when the last one was answered.
   */
  rate: number | null;
  /** Whether half of the requests repeat a delivery id, see `deliveryOf`. Otherwise they carry none. */
  duplicates: boolean;
}

/** What became of it; all requests that were sent are in it. */
export interface LoadResult {
  /** Answers with the expected status. */
  accepted: number;
  /** Of these, the ones that came before the time was up. */
  acceptedInTime: number;
  /** Accepted deliveries, each counted once: as many executions must exist. */
  distinct: number;
  /** Answers with another status, by status; `broken`: connections that broke under a request; `silent`: no answer. */
  refused: Record<string, number>;
  /**
   * Milliseconds of accepted requests: in a closed loop from sending, in an open loop from the moment the request was
   * due, so that a slow answer also counts for the requests that had to wait behind it.
   */
  latency: { p50: number; p90: number; p99: number; p999: number; max: number };
}
