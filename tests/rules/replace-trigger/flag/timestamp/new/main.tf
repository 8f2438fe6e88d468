locals {}

resource "null_resource" "x" {
  triggers = {
    always = "${timestamp()}"
  }
}
