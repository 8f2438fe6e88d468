resource "null_resource" "policy" {
  provisioner "local-exec" {
    when    = destroy
    command = "kubectl delete -f ${path.module}/policy.yaml"
  }
}
