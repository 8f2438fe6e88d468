from flask import Blueprint

bp = Blueprint("orders", __name__)


@bp.route("/orders")
@login_required
def list_orders():
    return jsonify(Order.mine(current_user))
