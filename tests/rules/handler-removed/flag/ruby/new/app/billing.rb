class Billing
  def charge(order)
    gateway.charge(order)
  end
end
