class X < ActiveRecord::Migration[7.1]
  def change
    add_column :users, :a, :integer
    remove_column :users, :b, :string
  end
end
