import * as parse from './parsers.js';

/** One variable of the environment: the whole truth about it; `.env.example` is made from these. */
export interface Setting<T> {
  parse: parse.Parse<T>;
  /** As it would be written in the environment; undefined when there is none. */
  default: string | undefined;
  /** One or two sentences: what it does, its unit, why the default. */
  doc: string;
  group: string;
  /** Never printed. */
  secret?: boolean;
}

function setting<T>(
  group: string,
  parser: parse.Parse<T>,
  fallback: string | undefined,
  doc: string,
  secret = false,
): Setting<T> {
  return { group, parse: parser, default: fallback, doc, secret };
}

const optional = <T>(parser: parse.Parse<T>): parse.Parse<T | null> => parser;

const HEADERS = { count: 100, bytes: 16 * 1024, url: 8 * 1024, hops: 5 };
const JSON_TEXT = { depth: 64, keys: 10_000 };
const TIMES = { headers: 10_000, request: 30_000, answer: 60_000, idle: 72_000 };
const FAILURES = { count: 1_000, per: 60_000 };
const MULTIPART = { parts: 50, field: 1024 ** 2, file: 0 };
const XML = { bytes: 1024 ** 2 };
const RESULTS = { node: 1024 ** 2, reply: 5 * 1024 ** 2, state: 16 * 1024 ** 2 };
const MAIL = { recipients: 100, message: 10 * 1024 ** 2 };
const EVALUATIONS = { memory: 128 * 1024 ** 2, time: 2_000, output: 1024 ** 2, processes: 2 };
const SQL = { time: 10_000, rows: 10_000, bytes: 16 * 1024 ** 2 };
const SCRIPTS = { memory: 64 * 1024 ** 2, cpu: 5_000, wall: 10_000, output: 1024 ** 2, log: 64 * 1024, threads: 2 };
const KEYS = { bytes: 64 * 1024, time: 5_000 };
const HTTP = { answer: 5 * 1024 ** 2, redirects: 3 };

/** Every variable Hookmill reads. Standard `OTEL_*` variables are read by the OpenTelemetry SDK itself. */
export const settings = {
  DATABASE_URL: setting(
    'Services',
    optional(parse.url('postgres:', 'postgresql:')),
    undefined,
    'Postgres 15 or newer. Unset: `npm start` runs an embedded Postgres under HOOKMILL_DATA_DIR. Its user owns the database.',
    true,
  ),
  DATA_DATABASE_URL: setting(
    'Services',
    optional(parse.url('postgres:', 'postgresql:')),
    undefined,
    'Login of sql nodes, with rights on the schema `data` only. Unset: made at the first use, where the user of DATABASE_URL may create roles.',
    true,
  ),
  REDIS_URL: setting(
    'Services',
    optional(parse.url('redis:', 'rediss:')),
    undefined,
    'Redis 6.2 or newer with maxmemory-policy noeviction. Unset: queue and replies run on Postgres. Set it for anything that scales out.',
    true,
  ),
  QUEUE_PREFIX: setting(
    'Services',
    parse.text,
    'hookmill',
    'Prefix of all Redis keys, and schema name of the queue on Postgres.',
  ),
  DATABASE_POOL: setting('Services', parse.integer(2, 100), '10', 'Database connections per process.'),
  DATABASE_STATEMENT_TIMEOUT: setting(
    'Services',
    parse.amount,
    '10s',
    'How long one statement may take before it is given up and the sender asked to try again.',
  ),
  QUEUE_COMMAND_TIMEOUT: setting(
    'Services',
    parse.amount,
    '1s',
    'How long a command to the queue may take before it is given up; what was accepted is then enqueued by the dispatcher.',
  ),

  HOOKMILL_DATA_DIR: setting(
    'Identity and secrets',
    parse.text,
    '.hookmill',
    'Where `npm start` keeps the embedded database, the master key and the first admin key.',
  ),
  HOOKMILL_PUBLIC_URL: setting(
    'Identity and secrets',
    optional(parse.url('http:', 'https:')),
    undefined,
    'Base of every webhook URL that is shown or signed; never taken from request headers. Default http://localhost:<GATEWAY_PORT>.',
  ),
  HOOKMILL_MASTER_KEY: setting(
    'Identity and secrets',
    optional(parse.key32),
    undefined,
    '32 bytes, base64 or hex; encrypts secrets. Made by `npm start` on the embedded default, required otherwise.',
    true,
  ),
  HOOKMILL_ADMIN_KEY: setting(
    'Identity and secrets',
    optional(parse.adminKey),
    undefined,
    'The first admin key, at least 24 characters. Made by `npm start` on the embedded default.',
    true,
  ),
  HOOKMILL_ENV_ALLOW: setting(
    'Identity and secrets',
    parse.list,
    '',
    'Names of environment variables that `{{$env.NAME}}` may read besides secrets, separated by commas.',
  ),

  GATEWAY_PORT: setting('Processes', parse.port, '3000', 'Port of the webhook gateway.'),
  ADMIN_PORT: setting('Processes', parse.port, '3001', 'Port of the management API.'),
  WORKER_PORT: setting('Processes', parse.port, '3002', "Port of the worker's health checks."),
  LISTEN_ADDRESS: setting(
    'Processes',
    parse.text,
    '0.0.0.0',
    'Address the processes listen on. `npm start` sets 127.0.0.1 on the embedded default.',
  ),
  LOG_LEVEL: setting(
    'Processes',
    parse.oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'Least severe log lines to print.',
  ),
  WORKER_CONCURRENCY: setting('Processes', parse.integer(1, 1000), '50', 'Executions at once per worker process.'),
  CHUNK_SIZE: setting(
    'Processes',
    parse.integer(1, 100),
    '25',
    'Async executions accepted in one commit travel through the queue together, at most this many; 1 sends each alone.',
  ),
  DRAIN_GRACE: setting(
    'Processes',
    parse.amount,
    '3s',
    'After SIGTERM: how long new requests still get a 503 before the socket closes, so that load balancers notice.',
  ),
  DRAIN_TIMEOUT: setting(
    'Processes',
    parse.amount,
    '25s',
    'After SIGTERM: the process has exited by then; below the 30 s that Kubernetes gives.',
  ),
  TRUSTED_PROXIES: setting(
    'Processes',
    parse.list,
    '',
    'CIDRs of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, counted from the right.',
  ),

  BACKLOG_HIGH_WATER: setting(
    'Limits',
    parse.integer(1, 1e9),
    '100000',
    'Waiting executions above which new requests get 503 with Retry-After.',
  ),
  REPLAY_RATE: setting(
    'Limits',
    parse.integer(1, 10_000),
    '100',
    'Requests or executions that a replay starts again per second, unless it says another rate; it stands still above half of BACKLOG_HIGH_WATER.',
  ),
  BODY_LIMIT_MAX: setting(
    'Limits',
    parse.amount,
    '25mb',
    'Largest body a workflow may allow; GitHub sends up to 25 MB.',
  ),
  HEADER_LIMITS: setting(
    'Limits',
    parse.limits(HEADERS),
    'count=100,bytes=16kb,url=8kb,hops=5',
    'Most headers, their bytes in all, the bytes of the URL, and workflows that called each other to make the request: a loop ends there.',
  ),
  JSON_LIMITS: setting(
    'Limits',
    parse.limits(JSON_TEXT),
    'depth=64,keys=10000',
    'Deepest nesting and most keys of a JSON body.',
  ),
  MULTIPART_LIMITS: setting(
    'Limits',
    parse.limits(MULTIPART),
    'parts=50,field=1mb,file=0',
    'Most parts of a multipart body, largest field and largest file; a file of 0: as large as the body may be.',
  ),
  XML_LIMITS: setting(
    'Limits',
    parse.limits(XML),
    'bytes=1mb',
    'Largest XML body that is parsed. XML is read in one piece, for tenths of a second per hostile megabyte in which the process serves nobody else; messages in XML have a few KB.',
  ),
  REQUEST_TIMEOUTS: setting(
    'Limits',
    parse.limits(TIMES),
    'headers=10s,request=30s,answer=60s,idle=72s',
    'How long a sender may take for its headers, for the whole request (which bounds its slowest rate too), to read the answer, and how long a connection stays open between requests: longer than the 60 s of usual load balancers, which else send into a connection that is just being closed.',
  ),
  RATE_LIMIT_PER_ADDRESS: setting(
    'Limits',
    parse.integer(0, 1e6),
    '0',
    'Requests per second of one source address (an IPv6 /64 counts as one), twice as many at once; over all gateways when REDIS_URL is set, else of each. 0: no limit, because providers send everything from a few addresses.',
  ),
  RATE_LIMIT_GLOBAL: setting(
    'Limits',
    parse.integer(0, 1e6),
    '0',
    'Requests per second of all senders together, twice as many at once; shared like RATE_LIMIT_PER_ADDRESS. 0: no limit.',
  ),
  AUTH_FAILURE_LIMIT: setting(
    'Limits',
    parse.limits(FAILURES),
    'count=1000,per=1m',
    'Wrong credentials and signatures of one source address on one workflow, per gateway, before it gets 429 until the time that began with the first one is over. High enough that a busy sender with an old secret reads 401, and is served within a minute of the new one; count=0: no limit.',
  ),
  CONNECTIONS_PER_ADDRESS: setting(
    'Limits',
    parse.integer(0, 1e6),
    '1000',
    'Open connections of one peer to one gateway (an IPv6 /64 counts as one); more are closed at once. TRUSTED_PROXIES are not counted: name every proxy there, or raise this. 0: no limit.',
  ),
  RESULT_LIMITS: setting(
    'Limits',
    parse.limits(RESULTS),
    'node=1mb,reply=5mb,state=16mb',
    'Largest node result, reply, and all results of one execution.',
  ),
  SQL_LIMITS: setting(
    'Limits',
    parse.limits(SQL),
    'time=10s,rows=10000,bytes=16mb',
    'How long a statement of an sql node may take, and the most rows and bytes it may answer: they are held in memory.',
  ),
  SCRIPT_LIMITS: setting(
    'Limits',
    parse.limits(SCRIPTS),
    'memory=64mb,cpu=5s,wall=10s,output=1mb,log=64kb,threads=2',
    'Memory, CPU time, wall time, output and console log of one script run; threads per worker.',
  ),
  EVALUATION_LIMITS: setting(
    'Limits',
    parse.limits(EVALUATIONS),
    'memory=128mb,time=2s,output=1mb,processes=2',
    'Heap, time and result of one expression that may loop or grow (lists, JSON queries); processes for them per worker, started when first needed.',
  ),
  HTTP_LIMITS: setting(
    'Limits',
    parse.limits(HTTP),
    'answer=5mb,redirects=3',
    'Largest answer and most redirects of a request node.',
  ),
  KEY_FETCH_LIMITS: setting(
    'Limits',
    parse.limits(KEYS),
    'bytes=64kb,time=5s',
    'Largest answer and longest time of a call for a key or certificate that a signature names (SNS, JWKS), and of a confirmation.',
  ),
  UNVERIFIED_BODY_LIMIT: setting(
    'Limits',
    parse.amount,
    '256mb',
    'Bytes of bodies that one gateway holds before their signatures are verified; beyond it senders get 503 with Retry-After.',
  ),
  HTTP_ALLOW_PRIVATE: setting(
    'Limits',
    parse.list,
    '',
    'CIDRs that request, mailer, notification and llm nodes, and calls for keys, may reach in spite of the SSRF guard.',
  ),
  MAIL_LIMITS: setting(
    'Limits',
    parse.limits(MAIL),
    'recipients=100,message=10mb',
    'Most recipients of one e-mail, so that a payload cannot make a mailing of it, and its largest size; most servers take 10 to 25 MB.',
  ),
  REFUSAL_LOG_RATE: setting(
    'Limits',
    parse.integer(0, 100_000),
    '100',
    'Refused requests logged in full per second and gateway; beyond it they are counted by gate and reason.',
  ),

  HISTORY_RETENTION: setting(
    'Timing',
    // Less would delete what somebody is looking at; a 0 is a slip of the pen more often than a wish.
    parse.amountFrom('1h'),
    '30d',
    "How long requests and ended executions are kept; a workflow's own retention goes before it.",
  ),
  DISPATCH_STRANDED_AFTER: setting(
    'Timing',
    parse.amount,
    '5s',
    'An accepted execution that the queue does not hold after this time is enqueued again by the dispatcher.',
  ),
  LEASE_TTL: setting(
    'Timing',
    parse.amount,
    '20s',
    "A worker's lease; executions of a worker that did not renew it are taken to be lost.",
  ),
  QUEUE_LOCK: setting(
    'Timing',
    parse.amount,
    '30s',
    'How long the queue waits for a silent worker before it hands the job to another. Use one value everywhere.',
  ),
  CONFIG_POLL: setting(
    'Timing',
    parse.amount,
    '500ms',
    'How often each process asks whether workflows or secrets changed; a new version answers within one second.',
  ),
  NOTIFICATION_TIMEOUT: setting(
    'Timing',
    parse.amountFrom('1s'),
    '10s',
    'How long one try to send a notification may take; chat services answer within seconds.',
  ),
  REPLY_POLL: setting(
    'Timing',
    parse.amount,
    '500ms',
    'How often a waiting gateway looks for the stored reply when no message comes.',
  ),
} satisfies Record<string, Setting<unknown>>;

export type Settings = {
  readonly [K in keyof typeof settings]: (typeof settings)[K] extends Setting<infer T> ? T : never;
};
