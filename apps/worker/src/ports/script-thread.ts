import { parentPort, workerData } from 'node:worker_threads';
import { createScriptIsolate } from './script-isolate.js';
import type { ScriptJob, ScriptThreadReady } from './script-messages.js';

/** Entry of a script thread: builds its isolate, says so, then runs one job after the other. */
if (parentPort === null) throw new Error('script-thread runs only as a worker thread');
const port = parentPort;
const isolate = await createScriptIsolate((workerData as { memoryBytes: number }).memoryBytes);
port.on('message', (job: ScriptJob) => port.postMessage(isolate.run(job)));
port.postMessage({ ready: true } satisfies ScriptThreadReady);
