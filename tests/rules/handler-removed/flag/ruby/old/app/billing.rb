class Billing
  def charge(order)
    gateway.charge(order)
  rescue GatewayError => e
    Queue.retry(order)
    nil
  end
end
