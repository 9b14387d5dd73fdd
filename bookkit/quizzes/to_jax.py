"""Chapter 7: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "to_jax/quiz",
    [
        Recall(
            "A function under jax.jit reads a list from outside. You append to the list and call again with the same types. What does the function see?",
            right="The list as it was at the first call",
            why="What comes from outside is static: looked at once, and its values stand in the record.",
            wrong={
                "The longer list": "Python would. But at the second call the record is run, and no line of Python.",
                "An error: the shape has changed": "Shapes are compared for arguments only. Nobody looks at the list again.",
            },
        ),
        Recall(
            "Which of these calls makes JAX trace again: f(2.5) after f(1.5), or f(jnp.ones(4)) after f(jnp.ones(3))?",
            right="The second",
            why="The values may differ; the shape belongs to what a stand-in knows.",
            wrong={
                "The first": "Values are what a record is for: it takes any float.",
                "Both": "Then nothing would be won by compiling. Another value of the same type runs the old record.",
            },
        ),
        Recall(
            "A solver's thousand steps are written as a Python for under jit. What goes wrong?",
            right="The record has a thousand copies of the step, and compiling takes very long",
            why="A loop of Python leaves its lines as often as it went round; lax.scan stays one operation.",
            wrong={
                "It raises an error": "It does not: the number of rounds is static, so the loop can be written out.",
                "Only the last step is kept": "Each step is arithmetic on stand-ins, so each is written down.",
            },
        ),
        Recall(
            "diffrax says that the maximum number of steps was reached. What comes first?",
            right="Find out why so many steps were wanted",
            why="A stiff model, 32 bits, or a solution that explodes: for each there is another cure.",
            wrong={
                "Raise max_steps": "For a model that explodes no number is large enough, and for a stiff one it buys hours.",
                "Loosen the tolerance": "A stiff model keeps an explicit solver to its small steps whatever you tolerate.",
            },
        ),
        Recall(
            "Why is the slope of jnp.where(x > 0, jnp.sqrt(x), 0.0) at 0 not a number?",
            right="The branch that was not taken gets the cotangent 0, times an infinite slope",
            why="Both branches stand in the record, and both are walked back through.",
            wrong={
                "The root of 0 is not a number": "It is 0. It is its slope that is infinite.",
                "where has no derivative": "It has: it hands the cotangent to the branch that was taken, and 0 to the other.",
            },
        ),
        Recall(
            "You want thirty gradients of a model with three rates, in a page without a server. Which tool?",
            right="The small engine: its first gradient is there at once",
            why="JAX wins its start back only after hundreds of gradients or thousands, and needs to be installed.",
            wrong={
                "JAX: it is always faster": "Each of its gradients is. But the first takes about a second.",
                "diffrax: it chooses its steps": "It compiles for longest; for thirty gradients that is all you would notice.",
            },
        ),
    ],
)
