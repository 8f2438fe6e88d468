class Order
  def place
    save!
    stock.decrement!(:left)
    payments.create!(total: total)
  end
end
