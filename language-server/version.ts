/** Version of meanfield as reports and clients show it; a test holds it equal to package.json. */
export const version = '0.1.0';
