"""An account as one: what a move of all prices does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask.views import MethodView

from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.services import services
from app.api.shapes.joint import JointSchema, joint_liquidation
from app.store import accounts, joints

if TYPE_CHECKING:
    from app.store.tokens import Principal

blp = Blueprint("joint", __name__, description="Accounts as one, under a move of all prices")


@blp.at("/accounts/<ident:account_id>/joint-liquidation")
class AccountJointLiquidation(MethodView):
    @require(Scope.READ)
    @blp.conditional(JointSchema)
    @blp.refuses(404)
    def get(self, account_id: str, *, principal: Principal) -> dict[str, Any]:
        """One account under a move of all prices from −60 % to +60 %

        Cross positions fall together; this says where, and which margin breaks first: with every
        price moving by the same percent, and with each following BTC by its beta. It is worked
        out each time the account is read or judged anew.
        """
        services().demand.looked(principal)
        with services().database.read() as conn:
            linked = accounts.get(conn, user_id=principal.user_id, account_id=account_id)
            stored = joints.get(conn, user_id=principal.user_id, account_id=account_id)
        return joint_liquidation(linked, stored)
