locals {
  # tflint-ignore: terraform_naming
  a = 1
}
