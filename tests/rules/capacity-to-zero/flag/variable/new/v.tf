variable "desired_count" {
  default = 2
}
