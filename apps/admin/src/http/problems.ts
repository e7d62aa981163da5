/** Every expected refusal of the management API: the code programs compare, its HTTP status and its title. */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  malformed_body: { status: 400, title: 'The body cannot be read' },
  invalid_document: { status: 400, title: 'The workflow document has faults' },
  not_testable: { status: 400, title: 'The node cannot be tested by itself' },
  bad_cursor: { status: 400, title: 'The cursor is not one of ours' },
  unauthorized: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'The key does not have this right' },
  not_found: { status: 404, title: 'There is no such thing' },
  key_taken: { status: 409, title: 'The key is in use' },
  mode_differs: { status: 409, title: 'The mode is fixed when a workflow is created' },
  path_conflict: { status: 409, title: 'The path overlaps another one' },
  no_current_version: { status: 409, title: 'The workflow has only drafts' },
  execution_open: { status: 409, title: 'The execution has not ended' },
  execution_ended: { status: 409, title: 'The execution has ended' },
  no_request: { status: 409, title: 'The request was deleted' },
  no_version: { status: 409, title: 'The workflow runs nothing any more' },
  precondition_failed: { status: 412, title: 'The workflow changed meanwhile' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This content type is not read here' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'The database cannot be reached' },
  queue_away: { status: 503, title: 'The queue cannot be reached' },
  no_answer: { status: 504, title: 'No worker answered in time' },
  draining: { status: 503, title: 'This process is shutting down' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;
