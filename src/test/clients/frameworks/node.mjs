// Sequelize and Knex, as applications use them, over mysql2 with a pool of their own.
import { createRequire } from "node:module";

const [, , host, port, user, password, database, framework, modules] = process.argv;
const require = createRequire(modules + "/");

async function sequelize() {
  const { Sequelize, DataTypes } = require("sequelize");
  const orm = new Sequelize(database, user, password, { host, port: Number(port), dialect: "mysql", logging: false, timezone: "+02:00", pool: { max: 8 },
    isolationLevel: "READ COMMITTED" });
  const User = orm.define("sequelize_user", { name: DataTypes.STRING, n: DataTypes.INTEGER });
  await orm.authenticate();
  await User.sync();
  const work = async (n) => {
    const made = await User.create({ name: "user " + n, n });
    const found = await User.findByPk(made.id);
    if (found.name !== "user " + n) throw new Error(found.name);
    await found.update({ n: n + 1 });
    await User.findAndCountAll({ where: { n: { [Sequelize.Op.gte]: 0 } }, limit: 2 });
    await orm.transaction(async (transaction) => {
      await User.create({ name: "nested", n }, { transaction });
      await User.count({ transaction });
    });
    await orm.query("SELECT * FROM sequelize_missing").catch(() => {});
    await made.destroy();
  };
  await Promise.all(Array.from({ length: 12 }, async (_, who) => { for (let n = 0; n < 8; n++) await work(who * 100 + n); }));
  await orm.close();
}

async function knex() {
  const db = require("knex")({ client: "mysql2", connection: { host, port: Number(port), user, password, database, timezone: "Z" }, pool: { min: 2, max: 8 } });
  if (!(await db.schema.hasTable("knex_users"))) {
    await db.schema.createTable("knex_users", (table) => { table.increments(); table.string("name"); table.integer("n"); });
  }
  const work = async (n) => {
    const [id] = await db("knex_users").insert({ name: "user " + n, n });
    const row = await db("knex_users").where({ id }).first();
    if (row.name !== "user " + n) throw new Error(row.name);
    await db("knex_users").where({ id }).increment("n", 1);
    await db.transaction(async (trx) => {
      await trx("knex_users").insert({ name: "in a transaction", n });
      await trx.transaction(async (nested) => { await nested("knex_users").insert({ name: "nested", n }); });
    });
    await db("knex_missing").select().catch(() => {});
    await db("knex_users").count("* as c");
    await db("knex_users").where({ id }).del();
  };
  await Promise.all(Array.from({ length: 12 }, async (_, who) => { for (let n = 0; n < 8; n++) await work(who * 100 + n); }));
  await db.destroy();
}

await (framework === "knex" ? knex() : sequelize());
console.log("ok");
process.exit(0);
