"""Operations that every world has, for all of its roles: found by their shape in the modules of this package.

A world's own operation of the same name takes its place.
"""
