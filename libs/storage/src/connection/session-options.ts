/**
 * Our tables are in `public`, whoever the user is: by default Postgres looks into a schema of the user's own name first,
 * and the queue's schema may have just that name.
 */
export const PUBLIC_SCHEMA = '-c search_path=public';
