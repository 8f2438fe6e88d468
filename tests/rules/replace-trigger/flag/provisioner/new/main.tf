locals {}

resource "terraform_data" "x" {
  provisioner "local-exec" {
    command = "kubectl delete namespace shop"
  }
}
