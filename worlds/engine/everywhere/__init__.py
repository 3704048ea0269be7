"""Operations that every world has, for all of its roles: found by their shape in the modules of this package.

What is `aside` (`wait`, `read_inbox`, `renew_session`) moves the agent's own time, inbox or session: it meets no fault
and changes nothing that is judged. `get_job` asks for work that was taken on. The event operations, which no surface
offers, let people write and grow impatient, and let the outbox deliver late. A world's own operation of the same name
takes its place.
"""
