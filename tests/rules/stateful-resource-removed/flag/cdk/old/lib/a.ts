const role = new iam.Role(this, "Role", {});
const table = new dynamodb.Table(this, "Orders", {
  partitionKey: key,
});
