resource "aws_route53_record" "api" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "api.example.com"
  type    = "A"
  alias {
    name    = aws_lb.green.dns_name
    zone_id = aws_lb.blue.zone_id
  }
}
