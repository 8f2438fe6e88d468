exports.up = (knex) => knex.schema.dropTable("a");

exports.down = (knex) => knex.schema.createTable("a", (t) => t.increments());
