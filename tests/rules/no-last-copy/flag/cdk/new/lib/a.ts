new s3.Bucket(this, "Orders", {
  autoDeleteObjects: true,
});
