variable "desired_count" {
  default = 4
}
