/** `explain` and `dump_cohort_sql`: how a definition is worked out, without a database. */
import { dialects } from '../dialect/dialects.ts';
import { modelOfStudy } from '../engine/study-model.ts';
import { printModel } from '../model/print.ts';
import { compile } from '../plan/compile.ts';
import { planCohort } from '../plan/plan-cohort.ts';
import { printPlan } from '../plan/print-plan.ts';
import { printStatements } from '../plan/print-statements.ts';
import { tppSchema } from '../tpp-schema/schema.ts';
import type { CohortContext } from './context.ts';
import { chooseDefinitions, loadStudies, warn } from './definitions.ts';
import { indexDates } from './index-dates.ts';
import type { PlanCommand } from './invocation.ts';

/**
 * Prints the queries; `explain` prints the model and the plan before them.
 * @throws FaultError
 */
export async function explainCohort(
  command: PlanCommand<'dump_cohort_sql' | 'explain'>,
  context: CohortContext,
): Promise<void> {
  const { indexDateRange: range } = command;
  const modules = chooseDefinitions(context.directory, command.definition);
  const dates = range === null ? [null] : indexDates(range, context.today);
  for (const study of await loadStudies(context, modules, command.params, 'definition')) {
    const request = { indexDates: dates, today: context.today, includeTypeOneOptOuts: false };
    const { model, dates: days, warnings } = modelOfStudy(study, request);
    warn(context, warnings);
    const plan = planCohort(model, days.toReversed(), tppSchema);
    if (command.command === 'explain') {
      context.print(`Model\n\n${printModel(model)}`);
      context.print(`Plan\n\n${printPlan(plan)}`);
      context.print(`Queries (${command.dialect})\n`);
    }
    context.print(printStatements(compile(plan, dialects[command.dialect])));
  }
}
