variable "days" {
  default = 14
}
