import manifest from '../package.json' with { type: 'json' };

/** Version of the job server, from its package.json. */
export const version: string = manifest.version;
