class Order
  def place
    ActiveRecord::Base.transaction do
      save!
      stock.decrement!(:left)
      payments.create!(total: total)
    end
  end
end
