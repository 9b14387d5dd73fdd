"""The grader: checks, seed and points stay here; the student's notebook runs elsewhere, locked up.

`intake` finds what was handed in and `notebook` reads it; `tasks` reads our own notebook; `worker`
starts the student's process, which `isolation` locks; `answers` are its functions, as the checks
call them; `judge` grades one submission, `crowd` all of them; `table`, `feedback` and `export`
write what came of it. `inside` is all that the student's process may read.
"""
