from flask import Blueprint

bp = Blueprint("orders", __name__)


@bp.route("/orders/<int:order_id>", methods=["DELETE"])
def delete_order(order_id):
    order = Order.query.get_or_404(order_id)
    order.archive()
    db.session.commit()
    return "", 204


@bp.route("/orders")
@login_required
def list_orders():
    return jsonify(Order.mine(current_user))
