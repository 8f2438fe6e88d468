class AController < ApplicationController
  def index
    render json: Order.all
  end
end
