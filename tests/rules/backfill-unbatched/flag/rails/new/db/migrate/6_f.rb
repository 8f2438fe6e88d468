class F < ActiveRecord::Migration[7.1]
  def up
    add_column :orders, :currency, :string
    Order.where(currency: nil).update_all(currency: "EUR")
  end

  def down
    remove_column :orders, :currency
  end
end
