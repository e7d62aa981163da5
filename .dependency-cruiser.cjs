/** Imports that are tests or serve tests. */
const TESTS = '(\\.spec\\.ts$|^test/|^bench/|^(libs|apps)/[^/]+/src/testing/)';
const NEST = '^node_modules/(@nestjs/|rxjs/|reflect-metadata/)';
const IO =
  '^(node:)?(fs|http|https|http2|net|tls|dgram|dns|child_process|cluster|worker_threads|inspector|repl|readline|tty)(/|$)';
const FRAMEWORKS =
  '^node_modules/(@nestjs/|fastify/|@fastify/|rxjs/|typeorm/|pg/|bullmq/|ioredis/|undici/|pino/|commander/)';

/** Official libraries of the providers, and other libraries of their schemes: what our verifier is compared with. */
const PROVIDER_PACKAGES =
  '^node_modules/(@adyen/|@hubspot/|@larksuiteoapi/|@line/bot-sdk/|@linear/|@notionhq/|@octokit/webhooks|@sendgrid/' +
  '|@shopify/|@slack/bolt/|@wecom/|alipay-sdk/|cloudevents/|discord-interactions/|http-message-sig(natures)?/|jose/' +
  '|razorpay/|sns-validator/|square/|standardwebhooks/|stripe/|svix/|twilio/|wechat-crypto/|wechatpay-axios-plugin/)';

/** One rule: whoever matches `from` must not import what matches `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid('no-cycles', 'Files that import each other cannot be read alone.', {}, { circular: true }),
    forbid('nothing-unresolved', 'The import leads nowhere.', {}, { couldNotResolve: true }),
    forbid(
      'shared-is-a-leaf',
      'shared imports nothing of ours.',
      { path: '^libs/shared/' },
      { path: '^(apps|libs|test|bench)/', pathNot: '^libs/shared/' },
    ),
    forbid(
      'signatures-is-a-leaf',
      'It knows only shared.',
      { path: '^libs/signatures/' },
      { path: '^(apps|libs|test|bench)/', pathNot: '^libs/(signatures|shared)/' },
    ),
    forbid(
      'engine-is-a-leaf-but-for-presets',
      'It knows shared, and the presets that documents name.',
      { path: '^libs/engine/' },
      { path: '^(apps|libs|test|bench)/', pathNot: '^libs/(engine|signatures|shared)/' },
    ),
    forbid(
      'libs-below-apps',
      'A lib serves apps and never knows one.',
      { path: '^libs/' },
      { path: '^(apps|test|bench)/' },
    ),
    forbid(
      'engine-and-signatures-do-no-io',
      'I/O comes in through ports.',
      { path: '^libs/(engine|signatures)/', pathNot: '\\.spec\\.ts$' },
      { path: IO, dependencyTypes: ['core'] },
    ),
    forbid(
      'engine-and-signatures-know-no-framework',
      'They are plain functions.',
      { path: '^libs/(engine|signatures)/' },
      { path: FRAMEWORKS },
    ),
    forbid(
      'nodes-do-not-know-each-other',
      'A node is its own file and a line in the registry.',
      { path: '^libs/engine/src/nodes/.+\\.node\\.ts$' },
      { path: '^libs/engine/src/nodes/(.+\\.node|index)\\.ts$' },
    ),
    forbid(
      'providers-do-not-know-each-other',
      'A provider is a data file and a line in the registry.',
      { path: '^libs/signatures/src/providers/', pathNot: '(/index\\.ts|\\.spec\\.ts)$' },
      { path: '^libs/signatures/src/providers/' },
    ),
    forbid(
      'loop-does-not-know-nodes',
      'The loop moves; what a node does comes from the registry handed to it.',
      { path: '^libs/engine/src/run/', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/engine/src/(nodes|triggers)/' },
    ),
    ...[
      ['node', '^libs/engine/src/nodes/index\\.ts$', '^libs/engine/src/nodes/.+\\.node\\.ts$', '^$'],
      ['trigger', '^libs/engine/src/triggers/index\\.ts$', '^libs/engine/src/triggers/.+\\.trigger\\.ts$', '^$'],
      [
        'provider',
        '^libs/signatures/src/providers/index\\.ts$',
        '^libs/signatures/src/providers/.+\\.ts$',
        '(\\.spec|/index)\\.ts$',
      ],
    ].map(([what, registry, path, pathNot]) =>
      forbid(
        `every-${what}-is-registered`,
        `A ${what} file that its registry does not import does not exist.`,
        { path: registry },
        { path, pathNot, reachable: false },
      ),
    ),
    forbid('storage-knows-no-queue', 'Apps join them.', { path: '^libs/storage/' }, { path: '^libs/queue/' }),
    forbid('queue-knows-no-storage', 'Apps join them.', { path: '^libs/queue/' }, { path: '^libs/storage/' }),
    forbid(
      'typeorm-only-in-storage',
      'Everybody else asks storage.',
      { pathNot: '^libs/storage/' },
      { path: '^node_modules/typeorm/' },
    ),
    forbid(
      'pg-only-in-storage-and-queue-backend',
      'Everybody else asks storage.',
      { pathNot: '^libs/(storage/|queue/src/(backends/)?postgres)|^bench/limits/' },
      { path: '^node_modules/(@types/)?pg/' },
    ),
    forbid(
      'redis-only-in-queue',
      'All that speaks Redis lives there.',
      { pathNot: '^libs/queue/|^bench/limits/' },
      { path: '^node_modules/(@nestjs/bullmq|bullmq|ioredis)/' },
    ),
    forbid(
      'nest-in-libs-only-in-modules',
      'Libs are plain functions; a module wires them. The worker host is what a processor of an app extends.',
      {
        path: '^libs/',
        pathNot: '(\\.module\\.ts$|\\.spec\\.ts$|/testing/|^libs/queue/src/consumer/execution-worker-host\\.ts$)',
      },
      { path: NEST },
    ),
    forbid(
      'nest-in-apps-only-at-the-edge',
      'Paths and steps are plain functions.',
      {
        path: '^apps/',
        pathNot:
          '(/(main|migrate|create-[^/]+)|\\.(module|controller|processor|guard|filter|interceptor|dto|decorator|pipe|spec))\\.ts$',
      },
      { path: NEST },
    ),
    forbid(
      'apps-do-not-know-each-other',
      'They talk over HTTP, the queue and Postgres.',
      { path: '^apps/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    forbid(
      'steps-do-not-know-each-other',
      'The path calls them in order; what two of them need lies beside the folder.',
      { path: '^(apps/.+)/steps/', pathNot: '\\.spec\\.ts$' },
      { path: '^$1/steps/' },
    ),
    forbid(
      'libs-are-entered-by-their-index',
      'Apps, tests and benchmarks use #name or #name/testing.',
      { path: '^(apps|test|bench)/' },
      { path: '^libs/', pathNot: '^libs/[^/]+/src/(testing/)?index\\.ts$' },
    ),
    forbid(
      'libs-enter-each-other-by-index',
      'Another lib is #name.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/', pathNot: '^libs/($1/|[^/]+/src/(testing/)?index\\.ts$)' },
    ),
    forbid(
      'source-imports-no-tests',
      'What runs in production does not know its tests.',
      { pathNot: TESTS },
      { path: TESTS },
    ),
    forbid(
      'source-imports-no-dev-dependencies',
      'The image is installed with --omit=dev.',
      { path: '^(apps|libs)/', pathNot: TESTS },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    ),
    forbid(
      'provider-packages-only-beside-the-verifier',
      'They judge it; nothing else may come to need them.',
      { pathNot: '^(test/providers/|libs/signatures/.+\\.spec\\.ts$|node_modules/)' },
      { path: PROVIDER_PACKAGES },
    ),
    forbid(
      'no-undeclared-packages',
      'Write it into package.json.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'require', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
