const db = new aws.rds.Instance("orders", { engine: "postgres" });
