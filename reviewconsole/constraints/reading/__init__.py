"""Readers for constraints that look at structure: text in, plain values with line numbers out.

What cannot be read for certain (templates, anchors, errors of syntax) raises Undetermined, and the
verdict is undecidable.
"""
