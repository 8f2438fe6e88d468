resource "aws_ecs_service" "api" {
  name = "api"
  deployment_minimum_healthy_percent = 0
}
