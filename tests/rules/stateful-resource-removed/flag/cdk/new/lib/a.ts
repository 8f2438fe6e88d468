const role = new iam.Role(this, "Role", {});
