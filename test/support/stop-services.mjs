export default async function stopServices() {}
