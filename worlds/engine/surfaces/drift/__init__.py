"""Interface drift: the same pages with another face, by a variant's number (an episode's `conditions.variant`).

Pages are changed after they were rendered, so templates know nothing of it: words, language, the order of fields and
columns, theme, density and layout, the size and place of pages of lists, notices, menus and steps. Forms keep their
fields, links their addresses, records their words. The variant 0 is the plain face: nothing is read, nothing changed.
"""
