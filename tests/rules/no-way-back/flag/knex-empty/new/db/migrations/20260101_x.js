exports.up = async function (knex) {
  await knex.schema.alterTable("users", (table) => {
    table.dropColumn("a");
  });
};

exports.down = async function (knex) {
  // nothing to do
};
