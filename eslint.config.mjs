import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const SPECS = ['**/*.spec.ts', '**/*-conformance.ts'];
/** Started by people or by tests, not by an orchestrator: they read the environment and print for human eyes. */
const AT_THE_TERMINAL = ['apps/cli/**', 'apps/local/**', 'scripts/**', 'bench/**', 'test/**'];
const NODE_GLOBALS = [
  'process',
  'console',
  'Buffer',
  'URL',
  'fetch',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'AbortSignal',
  'performance',
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.hookmill/', '.tmp/'] },
  js.configs.recommended,
  {
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-implicit-coercion': ['error', { boolean: false }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      // Payload text is full of control characters, and cleaning it is the point of these expressions.
      'no-control-regex': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // noUncheckedIndexedAccess asks for it wherever an index was just checked.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: [...SPECS, ...AT_THE_TERMINAL, 'libs/shared/src/config/**', '*/*/src/testing/**', 'apps/*/src/main.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="process"][property.name="env"]',
          message: 'libs/shared/src/config/load-config.ts is the only reader of the environment.',
        },
      ],
    },
  },
  {
    files: SPECS,
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', '@typescript-eslint/no-empty-function': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries([...NODE_GLOBALS, 'module', 'require'].map((name) => [name, 'readonly'])),
    },
    rules: { 'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }] },
  },
  // Tables and contracts are read from top to bottom; cutting them would hide them.
  { files: ['libs/shared/src/config/settings.ts', 'libs/storage/src/contract.ts'], rules: { 'max-lines': 'off' } },
  prettier,
);
