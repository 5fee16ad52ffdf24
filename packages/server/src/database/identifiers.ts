export { newIdentifier } from '@vitrine/platform';
