class N < ActiveRecord::Migration[7.1]
  def change
    change_column_null :orders, :user_id, false
    add_foreign_key :orders, :users
  end
end
