export { checkDummyFile } from './check-dummy-file.ts';
export { dummyFaults } from './faults.ts';
export { type DummyOptions, type DummyPlan, planDummy } from './plan-dummy.ts';
