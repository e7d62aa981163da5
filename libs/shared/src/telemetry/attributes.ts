/** Names of span attributes and log fields, in one place. Values never carry bodies or secrets. */
export const attributes = {
  requestId: 'hookmill.request.id',
  executionId: 'hookmill.execution.id',
  workflowKey: 'hookmill.workflow.key',
  workflowVersion: 'hookmill.workflow.version',
  verdict: 'hookmill.request.verdict',
  refusalCode: 'hookmill.refusal.code',
  executionStatus: 'hookmill.execution.status',
  executionReason: 'hookmill.execution.reason',
  attempt: 'hookmill.execution.attempt',
  nodeRuns: 'hookmill.execution.node_runs',
  httpStatus: 'http.response.status_code',
  httpMethod: 'http.request.method',
  serverAddress: 'server.address',
} as const;
