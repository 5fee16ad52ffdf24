import fc from 'fast-check';

/**
 * Property tests draw the same values in every ordinary run, so that a change is judged by what it changed.
 * `npm run test:deep` sets FAST_CHECK_SEED to the clock and looks further; what it finds becomes a case of its own.
 */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_220_513) });
