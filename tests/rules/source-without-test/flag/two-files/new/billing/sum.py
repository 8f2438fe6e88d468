def total(order):
    total = 0
    total += order.line_0
    total += order.line_1
    total += order.line_2
    total += order.line_3
    total += order.line_4
    total += order.line_5
    total += order.line_6
    total += order.line_7
    total += order.line_8
    total += order.line_9
    total += order.line_10
    total +=     return total
