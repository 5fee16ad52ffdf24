export {
  AIRLOCK_SETTINGS,
  type AirlockSettings,
  readAirlockSettings,
} from './airlock-settings.ts';
export { openAirlockDatabase } from './database/database.ts';
export { JobServer } from './job-server/job-server.ts';
export { type AirlockOptions, type RunningAirlock, startAirlock } from './serve.ts';
