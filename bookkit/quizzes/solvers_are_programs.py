"""Chapter 4: what to recall at its end."""

from bookkit.quiz import Quiz, Recall

recall = Quiz(
    "solvers/quiz",
    [
        Recall(
            "A method has order 2. You halve its step. What happens to the error of ONE step, and "
            "of a whole RUN?",
            right="To an eighth; to a quarter",
            why="h to the third in a step, and twice as many steps: h squared in the run.",
            wrong={
                "To a quarter; to a quarter": "A step errs by one power more than a run.",
                "To a quarter; to a half": "That is order 1, Euler's method.",
            },
        ),
        Recall(
            "On a smooth equation a friend's solver has errors 1.0e-3, 4.9e-4 and 2.5e-4 with 100, "
            "200 and 400 steps. It should be Heun's method. What do you say?",
            right="Its slope is 1: one of the numbers in it is wrong",
            why="Half the step, half the error: order 1. An order lost is the trace of a slip.",
            wrong={
                "All is well: the error falls": "So it does for Euler. Heun's would fall to a quarter.",
                "Rounding has taken over": "Rounding sits near 1e-16, not near 1e-4.",
            },
        ),
        Recall(
            "How does Heun's method know the error of a step, without the truth?",
            right="It compares its end with the end of the Euler step inside it",
            why="Two methods of different order from the same slopes: an embedded pair.",
            wrong={
                "It takes the step again with half the length": "One can; it costs twice the slopes. "
                "The pair does it for nothing.",
                "The tolerance tells it": "The tolerance says what the error may be, not what it is.",
            },
        ),
        Recall(
            "The estimate of a step is 16 times the tolerance. The cheaper method has order 1. "
            "What does the program try next, apart from its margin?",
            right="A quarter of the step",
            why="The error of a step goes like h squared: a quarter squared is a sixteenth.",
            wrong={
                "A sixteenth of the step": "That would make the error 256 times smaller.",
                "Half of the step": "That leaves an error four times the tolerance.",
            },
        ),
        Recall(
            "You ask for rtol = 1e-6 and the answer is wrong by 1e-3. Must the solver be broken?",
            right="No: each step may be right, and the equation has multiplied the errors",
            why="A tolerance is kept step by step. Near a threshold small differences grow.",
            wrong={
                "Yes: it promised six digits": "It promised them for each step, not for the run.",
                "No: rounding adds up to that": "Rounding is ten digits below the tolerance.",
            },
        ),
        Recall(
            "A solver takes 3000 steps, whether you ask for 3 digits or for 6. What is the matter?",
            right="The equation is stiff: stability chooses the steps, not the tolerance",
            why="Try an implicit method, such as `ode.RODAS4`.",
            wrong={
                "The solution changes very fast": "Then six digits would cost more steps than three.",
                "The method has too low an order": "A higher order has nearly the same limit.",
            },
        ),
    ],
)
