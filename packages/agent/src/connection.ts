/** What the agent says to its server: the protocol's messages over the one way out. */
import {
  type ConnectionOptions,
  type HeartbeatAnswer,
  type HeartbeatRequest,
  heartbeatAnswerSchema,
  Connection as OutwardConnection,
  type ReportsAnswer,
  type ReportsRequest,
  reportsAnswerSchema,
  type TasksAnswer,
  type TasksRequest,
  tasksAnswerSchema,
} from '@vitrine/protocol';

export class Connection {
  readonly #out: OutwardConnection;

  constructor(options: ConnectionOptions) {
    this.#out = new OutwardConnection(options);
  }

  tasks(request: TasksRequest, signal: AbortSignal): Promise<TasksAnswer> {
    const path = '/api/agent/v1/tasks';
    return this.#out.post(path, request, tasksAnswerSchema, signal, request.wait_seconds);
  }

  reports(request: ReportsRequest, signal: AbortSignal): Promise<ReportsAnswer> {
    return this.#out.post('/api/agent/v1/reports', request, reportsAnswerSchema, signal);
  }

  heartbeat(request: HeartbeatRequest, signal: AbortSignal): Promise<HeartbeatAnswer> {
    return this.#out.post('/api/agent/v1/heartbeat', request, heartbeatAnswerSchema, signal);
  }
}
