import manifest from '../package.json' with { type: 'json' };

/** Version of the command line, from its package.json. */
export const version: string = manifest.version;
