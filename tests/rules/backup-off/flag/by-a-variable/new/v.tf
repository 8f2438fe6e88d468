variable "days" {
  default = 14
}
# x
