/** Changed requests of each provider; `npm run test:long` asks for 10,000. */
const IN_CI = 500;
export const MUTATIONS = Number(process.env['PROVIDER_MUTATIONS'] ?? IN_CI);

/**
 * The same requests in every run, so that a failure is the change's; a long run draws its own and prints it. The seed
 * that a failure names makes its request the first.
 */
export const SEED = Number(
  process.env['PROVIDER_SEED'] ?? (MUTATIONS > IN_CI ? Math.floor(Math.random() * 2 ** 31) : 20_260_301),
);
