locals {}

resource "null_resource" "x" {
  triggers = {
    config = filemd5("a.json")
  }
}
