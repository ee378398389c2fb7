"""四性检测: what is checked of a 件, one room a property, each item a pure function from evidence to a verdict.

Item names as in DA/T 70-2018 (1-1 来源真实 … 4-3 过程); DA/T 94-2022 7.5, 9.2, E.1.4 c say when and what is kept.
"""
