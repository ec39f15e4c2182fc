// Drizzle's process: it reads requests, a JSON object a line, and answers each with a line.
// `node peer.js stable|candidate [prepared]`
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";

const [version, mode] = process.argv.slice(2);
const isPrepared = mode === "prepared";
const started = process.hrtime.bigint();
const { connect, orm, queries: relational, tables } = await import(`./${version}.js`);
const { default: pg } = await import("pg");
const { finish, makeStatements, plain } = await import("./statements.js");
const statements = makeStatements(orm, tables);
const queries = { ...relational, ...statements.queries };
answer({ import: since(started) });

let pool;
let calls;

const requests = {
  async open({ url, parameters, connections }) {
    await pool?.end();
    pool = new pg.Pool({ connectionString: url, max: connections, min: connections });
    calls = makeCalls(connect(pool), parameters);
    (await pool.connect()).release();
    return {};
  },
  async first({ workload, ...settings }) {
    const start = process.hrtime.bigint();
    await requests.open(settings);
    await calls[workload]();
    return { nanoseconds: since(start) };
  },
  async check({ workload }) {
    return { plain: plain(await calls[workload]()) };
  },
  async time({ workload, calls: number }) {
    const call = calls[workload];
    const cpu = process.cpuUsage();
    const nanoseconds = [];
    for (let index = 0; index < number; index++) {
      const start = process.hrtime.bigint();
      await call();
      nanoseconds.push(since(start));
    }
    return { nanoseconds, cpu: cpuSince(cpu) };
  },
  async load({ workload, callers, seconds }) {
    const call = calls[workload];
    const start = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    let number = 0;
    const run = async () => {
      while (since(start) < seconds * 1e9) {
        await call();
        number++;
      }
    };
    await Promise.all(Array.from({ length: callers }, run));
    return { calls: number, nanoseconds: since(start), cpu: cpuSince(cpu) };
  },
};

// A function without arguments for each workload, which gives its result.
function makeCalls(db, parameters) {
  const values = (given) => ({ ...parameters, ...parameters.comment, id: randomUUID(), ...given });
  const run = isPrepared ? runPrepared(db) : (name, given) => queries[name](db, (parameter) => given[parameter]);
  const calls = Object.fromEntries(
    Object.keys(queries).map((name) => [
      name,
      async () => (finish[name] ?? ((result) => result))(await run(name, values())),
    ]),
  );
  calls.W10 = async () => {
    const listing = await run("W10", values());
    const [ratings] = await run("ratings", values({ id: listing.id }));
    const average = ratings.average === null ? null : Math.round(ratings.average * 100) / 100;
    return { ...listing, rating_summary: { ...ratings, average } };
  };
  for (const [name, run] of Object.entries(statements.transactions)) calls[name] = () => run(db, parameters);
  return calls;
}

function runPrepared(db) {
  const prepared = Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [name, query(db, orm.sql.placeholder).prepare(name)]),
  );
  return (name, given) => prepared[name].execute(given);
}

function since(start) {
  return Number(process.hrtime.bigint() - start);
}

function cpuSince(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1000;
}

function answer(object) {
  process.stdout.write(JSON.stringify(object) + "\n");
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...values } = JSON.parse(line);
  try {
    answer(await requests[name](values));
  } catch (error) {
    answer({ error: `${error.stack}\n${error.cause ?? ""}` });
  }
}
process.exit(); // the pool would keep it running
