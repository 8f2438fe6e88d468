from flask import Blueprint

bp = Blueprint("orders", __name__)


@bp.route("/orders/<int:order_id>", methods=["DELETE"])
def delete_order(order_id):
    order = Order.query.get_or_404(order_id)
    order.archive()
    db.session.commit()
    return "", 204


@bp.before_request
@login_required
def guard():
    check_permission(current_user)


@bp.route("/orders")
def list_orders():
    return jsonify(Order.mine(current_user))
