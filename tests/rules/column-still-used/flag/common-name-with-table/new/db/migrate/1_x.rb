class X < ActiveRecord::Migration[7.1]
  def up
    remove_column :users, :status
  end
end
