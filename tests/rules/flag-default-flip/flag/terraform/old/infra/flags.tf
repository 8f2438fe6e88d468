variable "enable_new_router" {
  type    = bool
  default = false
}
