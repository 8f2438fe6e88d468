class X < ActiveRecord::Migration[7.1]
  def change
    execute "UPDATE users SET a = 1"
    change_column :users, :a, :bigint
  end
end
