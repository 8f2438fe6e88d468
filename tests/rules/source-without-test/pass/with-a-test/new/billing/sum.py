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
    total += order.line_11
    total += order.line_12
    total += order.line_13
    total += order.line_14
    total += order.line_15
    total += order.line_16
    total += order.line_17
    total += order.line_18
    total += order.line_19
    total += order.line_20
    total += order.line_21
    total += order.line_22
    total += order.line_23
    return total
