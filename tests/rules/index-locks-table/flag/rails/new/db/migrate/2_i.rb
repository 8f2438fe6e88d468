class I < ActiveRecord::Migration[7.1]
  def change
    add_index :orders, [:user_id, :created_at],
              unique: true
  end
end
