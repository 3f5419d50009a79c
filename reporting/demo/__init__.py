"""The demonstration: a sample register taken the whole way, each step by the person whose work it is.

Every step starts from what is there: a second run does only what the first left undone, and says so.
"""
