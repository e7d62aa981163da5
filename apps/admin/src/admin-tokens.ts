/** What controllers ask Nest for; the types are named where they are used. */
export const ADMIN_STORAGE = Symbol('storage');
export const PUBLIC_URL = Symbol('public url');
export const WORKFLOW_DESK = Symbol('workflow desk');
export const AWAITED_RUNS = Symbol('awaited runs');
export const TRIGGER_DESK = Symbol('trigger desk');
export const TRIGGER_RUNS = Symbol('trigger runs');
export const MANUAL_RUNS = Symbol('manual runs');
export const EXECUTION_VIEWS = Symbol('execution views');
export const RECORD_DESK = Symbol('record desk');
export const NODE_TEST_DESK = Symbol('node test desk');
export const EXECUTION_DESK = Symbol('execution desk');
export const REPLAY_DESK = Symbol('replay desk');
export const TASK_DESK = Symbol('task desk');
export const REQUEST_DIAGNOSES = Symbol('request diagnoses');
