echo lib
up() {
  helm upgrade --install api chart
}
down() {
  helm uninstall api
}
up_again() {
  helm upgrade --install api chart
}
