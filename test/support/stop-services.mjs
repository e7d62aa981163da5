/** Jest's global tear-down: ends what start-services started, by process id; a server that was given stays. */
export default async function stopServices() {
  const started = globalThis.hookmillTestServices;
  globalThis.hookmillTestServices = undefined;
  const reaper = await started?.catch(() => null);
  await reaper?.end();
}
